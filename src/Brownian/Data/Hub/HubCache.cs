namespace Brownian.Data.Hub;

/// <summary>
/// The folder of a model in the cache, in the layout of Python's huggingface_hub, so that both programs find what the other fetched:
/// <c>blobs/HASH</c> holds contents, <c>snapshots/COMMIT/PATH</c> are links to them, <c>refs/REVISION</c> says the commit of a branch or tag.
/// </summary>
internal sealed class HubCache(string cache, string id)
{
    private const int MaxName = 200;

    /// <summary>The model's folder.</summary>
    public string Folder { get; } = Path.Combine(cache, "models--" + id.Replace("/", "--", StringComparison.Ordinal));

    /// <summary>Where contents are.</summary>
    public string Blobs => Path.Combine(Folder, "blobs");

    /// <summary>
    /// Keeps other programs, Python's too, from fetching a content at the same time; waits for one that does. Both lock <c>.locks/MODEL/HASH.lock</c> with flock.
    /// </summary>
    public IDisposable Lock(string hash, CancellationToken cancellation)
    {
        var path = Path.Combine(cache, ".locks", Path.GetFileName(Folder), hash + ".lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                cancellation.WaitHandle.WaitOne(100);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Whether a text is OWNER/NAME, or NAME, of a model.</summary>
    public static bool IsName(string id) =>
        id.Length is > 0 and < MaxName && id.Split('/') is { Length: 1 or 2 } parts
        && parts.All(part => part.Length > 0 && part[0] is not ('.' or '-') && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && !part.Contains("--", StringComparison.Ordinal));

    /// <summary>The folder of a commit's files.</summary>
    public string Snapshot(string commit) => Path.Combine(Folder, "snapshots", commit);

    /// <summary>The folder of a revision that was fetched before; null when none was.</summary>
    public string? Find(string revision)
    {
        var reference = Reference(revision);
        var commit = File.Exists(reference) ? File.ReadAllText(reference).Trim() : revision;
        return commit.All(char.IsAsciiHexDigit) && commit.Length > 0 && Directory.Exists(Snapshot(commit)) ? Snapshot(commit) : null;
    }

    /// <summary>Notes which commit a branch or tag is.</summary>
    public void Refer(string revision, string commit)
    {
        if (revision == commit)
        {
            return;
        }

        var path = Reference(revision);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path) || File.ReadAllText(path) != commit)
        {
            // By way of another name, so that nobody reads half of it.
            var temporary = $"{path}.{Environment.ProcessId}.tmp";
            File.WriteAllText(temporary, commit);
            File.Move(temporary, path, overwrite: true);
        }
    }

    /// <summary>Puts a content that has come under its path in a snapshot: as a link, or as a copy where there are none.</summary>
    public void Link(string commit, HubFile file)
    {
        var path = Path.Combine(Snapshot(commit), file.Path.Replace('/', Path.DirectorySeparatorChar));
        var blob = Path.Combine(Blobs, file.Hash);
        if (new FileInfo(path) is { Exists: true } there && (there.LinkTarget is not null || there.Length == file.Length))
        {
            return;
        }

        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        File.Delete(path);
        try
        {
            File.CreateSymbolicLink(path, Path.GetRelativePath(folder, blob));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException && !File.Exists(path))
        {
            File.Copy(blob, path);
        }
    }

    private string Reference(string revision) => Path.Combine([Folder, "refs", .. revision.Split('/')]);
}
