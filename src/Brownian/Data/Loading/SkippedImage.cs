namespace Brownian.Data;

/// <summary>An image that was left out.</summary>
/// <param name="Name">The file, or the archive and the entry.</param>
/// <param name="Reason">Why it could not be read.</param>
public sealed record SkippedImage(string Name, string Reason);
