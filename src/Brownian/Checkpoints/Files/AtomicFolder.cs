namespace Brownian.Checkpoints;

/// <summary>
/// Writes folders that are either whole or not there: filled under a temporary name in the same parent, every file brought to the
/// device, then renamed.
/// </summary>
public static class AtomicFolder
{
    // Locked while the writer lives: the kernel frees the lock with the process.
    private const string Owner = ".writing";
    /// <summary>What the name of a folder ends in for the instant between two renames, when its successor takes its place.</summary>
    internal const string Displaced = ".replaced";

    /// <summary>Fills a folder; nothing appears under its name if <paramref name="write"/> throws.</summary>
    /// <param name="path">The folder. Its parent must exist.</param>
    /// <param name="write">Fills the temporary folder that it is given.</param>
    /// <param name="replace">Whether a folder of this name may be replaced; else it is an error.</param>
    /// <exception cref="IOException">The folder exists and <paramref name="replace"/> is false.</exception>
    public static void Write(string path, Action<string> write, bool replace = false) => Write(path, write, replace, Disk.Real);

    /// <summary>Deletes what killed programs left beside the folders of <paramref name="parent"/>, files included.</summary>
    /// <returns>The names that were deleted.</returns>
    public static IReadOnlyList<string> CleanLeftovers(string parent)
    {
        var deleted = new List<string>(AtomicFile.CleanLeftovers(parent));
        foreach (var path in Directory.EnumerateDirectories(parent, ".*" + AtomicFile.Suffix))
        {
            if (IsAbandoned(path))
            {
                Directory.Delete(path, recursive: true);
                deleted.Add(Path.GetFileName(path));
            }
        }

        return deleted;
    }

    internal static void Write(string path, Action<string> write, bool replace, Disk disk)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var parent = Path.GetDirectoryName(full)!;
        if (Directory.Exists(full) && !replace)
        {
            throw new IOException($"{path} exists already. Choose another name, or allow it to be replaced.");
        }

        var temporary = AtomicFile.TemporaryName(full);
        disk.CreateDirectory(temporary);
        try
        {
            Fill(temporary, write, disk);
            Publish(temporary, full, disk);
        }
        catch
        {
            AtomicFile.Quietly(() => disk.DeleteDirectory(temporary));
            throw;
        }

        disk.SyncDirectory(parent);
        AtomicFile.Quietly(() => DeleteDisplaced(full, disk));
    }

    /// <summary>Takes a folder away so that it is never seen in half: first its name, then its files.</summary>
    internal static void Delete(string path, Disk disk)
    {
        var temporary = AtomicFile.TemporaryName(Path.GetFullPath(path));
        disk.RenameDirectory(path, temporary);
        disk.DeleteDirectory(temporary);
    }

    /// <summary>The name under which the folder's predecessor lives for the instant between two renames.</summary>
    internal static string DisplacedName(string path) => path + Displaced;

    private static void Fill(string temporary, Action<string> write, Disk disk)
    {
        var owner = disk.Create(Path.Combine(temporary, Owner));
        try
        {
            write(temporary);
            foreach (var file in Directory.EnumerateFiles(temporary, "*", SearchOption.AllDirectories))
            {
                if (Path.GetFileName(file) != Owner)
                {
                    disk.SyncFile(file);
                }
            }
        }
        finally
        {
            owner.Dispose();
        }

        disk.DeleteFile(Path.Combine(temporary, Owner));
        foreach (var folder in Directory.EnumerateDirectories(temporary, "*", SearchOption.AllDirectories).Append(temporary))
        {
            disk.SyncDirectory(folder);
        }
    }

    private static void Publish(string temporary, string full, Disk disk)
    {
        if (!Directory.Exists(full))
        {
            disk.RenameDirectory(temporary, full);
            return;
        }

        DeleteDisplaced(full, disk);
        disk.RenameDirectory(full, DisplacedName(full));
        try
        {
            disk.RenameDirectory(temporary, full);
        }
        catch
        {
            AtomicFile.Quietly(() => disk.RenameDirectory(DisplacedName(full), full));
            throw;
        }
    }

    private static void DeleteDisplaced(string full, Disk disk)
    {
        if (Directory.Exists(DisplacedName(full)))
        {
            Delete(DisplacedName(full), disk);
        }
    }

    private static bool IsAbandoned(string path)
    {
        var owner = Path.Combine(path, Owner);
        return File.Exists(owner)
            ? AtomicFile.IsAbandoned(owner)
            : TimeProvider.System.GetUtcNow().UtcDateTime - Directory.GetLastWriteTimeUtc(path) > TimeSpan.FromMinutes(1); // its writer may be between two calls
    }
}
