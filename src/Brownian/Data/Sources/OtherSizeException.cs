namespace Brownian.Data.Sources;

/// <summary>A picture is as it should be, but has another size than the first of its set, and no size was asked for.</summary>
internal sealed class OtherSizeException(string message) : IOException(message);
