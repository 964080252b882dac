namespace Brownian.Data.Download;

/// <summary>How far a download has come.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Received">Bytes here so far, those of an earlier attempt included.</param>
/// <param name="Length">Bytes in all.</param>
public sealed record DownloadProgress(string File, long Received, long Length);
