namespace Brownian.Data.Download;

/// <summary>A file with a known content at one or more addresses.</summary>
/// <param name="Name">Its name in the cache.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Sha256">Its SHA-256, lower-case hexadecimal.</param>
/// <param name="Mirrors">Where it can be had, the best place first.</param>
internal sealed record RemoteFile(string Name, long Length, string Sha256, IReadOnlyList<Uri> Mirrors)
{
    /// <summary>Its name for people.</summary>
    public string Shown { get; init; } = Name;

    /// <summary>Whether <see cref="Sha256"/> is the SHA-1 that Git has for the file instead, as hubs have for small ones.</summary>
    public bool IsGitHash { get; init; }
}
