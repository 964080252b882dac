using System.Text;

namespace Brownian.Checkpoints;

/// <summary>
/// Writes files that are either whole or not there: a temporary name in the same folder, the bytes brought to the device, then a rename.
/// A kill at any instant or a full disk leaves the file that was there before.
/// </summary>
public static class AtomicFile
{
    internal const string Suffix = ".partial";

    /// <summary>Writes what <paramref name="write"/> writes; nothing is replaced if it throws.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content.</param>
    public static void Write(string path, Action<Stream> write) => Write(path, write, Disk.Real);

    /// <summary>Writes text as UTF-8.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Deletes what killed programs left in a folder. Files that a living program is still writing are kept.</summary>
    /// <returns>The names that were deleted.</returns>
    public static IReadOnlyList<string> CleanLeftovers(string folder)
    {
        var deleted = new List<string>();
        foreach (var path in Directory.EnumerateFiles(folder, ".*" + Suffix))
        {
            if (IsAbandoned(path))
            {
                File.Delete(path);
                deleted.Add(Path.GetFileName(path));
            }
        }

        return deleted;
    }

    internal static void Write(string path, Action<Stream> write, Disk disk)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full)!;
        var temporary = TemporaryName(full);
        var stream = disk.Create(temporary);
        try
        {
            try
            {
                write(stream);
                disk.Close(stream);
            }
            catch
            {
                Quietly(stream.Dispose);
                throw;
            }

            disk.ReplaceFile(temporary, full);
        }
        catch
        {
            Quietly(() => disk.DeleteFile(temporary));
            throw;
        }

        disk.SyncDirectory(folder);
    }

    /// <summary>A name beside <paramref name="full"/> that no other writer has.</summary>
    internal static string TemporaryName(string full) =>
        Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}{Suffix}");

    /// <summary>Whether no living program writes the file: its lock can be had.</summary>
    internal static bool IsAbandoned(string path)
    {
        try
        {
            using var probe = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Tidies up after a failure, whose own exception is the one to show.</summary>
    internal static void Quietly(Action tidy)
    {
        try
        {
            tidy();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is left has a temporary name and is cleaned at the next start.
        }
    }
}
