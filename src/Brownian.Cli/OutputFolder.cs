namespace Brownian.Cli;

/// <summary>Where results go. Nothing that is there is overwritten unless --force says so.</summary>
internal static class OutputFolder
{
    /// <summary>The folder that --out names, or the first free one of NAME, NAME-2, NAME-3 …; made if it does not exist.</summary>
    /// <exception cref="UsageException">--out names a folder with something in it, and there is no --force.</exception>
    public static string Choose(string? wanted, string usual, bool force)
    {
        var path = Path.GetFullPath(wanted ?? FirstFree(usual));
        if (!force && !IsFree(path))
        {
            throw new UsageException($"--out: {path} is not empty. Choose another folder, or overwrite what is there with --force.");
        }

        Directory.CreateDirectory(path);
        return path;
    }

    /// <summary>The first free one of NAME, NAME-2, NAME-3 …, each with <paramref name="extension"/> behind it.</summary>
    public static string FirstFree(string usual, string extension = "")
    {
        var path = usual + extension;
        for (var number = 2; !IsFree(path); number++)
        {
            path = $"{usual}-{number}{extension}";
        }

        return path;
    }

    private static bool IsFree(string path) => !File.Exists(path) && (!Directory.Exists(path) || !Directory.EnumerateFileSystemEntries(path).Any());
}
