namespace Brownian.Data.Hub;

/// <summary>A file of a repository on a hub.</summary>
/// <param name="Path">Its path in the repository, with '/' between folders.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Hash">SHA-256 of a large file, Git's SHA-1 of a small one; lower-case hexadecimal.</param>
/// <param name="IsLarge">Whether it is stored outside of Git (LFS).</param>
public sealed record HubFile(string Path, long Length, string Hash, bool IsLarge)
{
    /// <summary>Its folder in the repository; empty for the top.</summary>
    public string Folder => Path.LastIndexOf('/') is >= 0 and var slash ? Path[..slash] : string.Empty;

    /// <summary>Its name without the folder.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}
