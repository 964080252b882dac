namespace Brownian.Cli.Doctor;

/// <summary>Memory and disk.</summary>
internal static class MachineCheck
{
    private const double Gigabyte = 1024 * 1024 * 1024;

    public static Finding Memory()
    {
        // The runtime knows the limits of a container, /proc/meminfo does not.
        var total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Gigabyte;
        var free = Math.Min(total, (Available() ?? total * Gigabyte) / Gigabyte);
        var detail = $"{free:0.0} of {total:0.0} GB available";
        return free < 2
            ? new("memory", Verdict.Warn, detail, "The quickstart needs about 2 GB: close something, or train with a smaller batch (--set batch_size=…).")
            : new("memory", Verdict.Ok, detail);
    }

    public static Finding Disk()
    {
        var here = new DriveInfo(Path.GetFullPath("."));
        var free = here.AvailableFreeSpace / Gigabyte;
        var detail = $"{free:0.0} GB free for {Path.GetFullPath(".")}";
        return free < 1
            ? new("disk", Verdict.Warn, detail, "A run keeps several checkpoints of a model: free some space, or choose another disk with --out.")
            : new("disk", Verdict.Ok, detail);
    }

    public static Finding Caches()
    {
        var folder = CacheFolder();
        if (!Directory.Exists(folder))
        {
            return new("caches", Verdict.Ok, $"{folder} (empty)");
        }

        var bytes = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        return new("caches", Verdict.Ok, $"{folder} ({bytes / Gigabyte:0.00} GB; it can be deleted at any time)");
    }

    // As the library's DatasetCache has it, which cannot be asked where libtorch does not load.
    private static string CacheFolder() =>
        Environment.GetEnvironmentVariable("BROWNIAN_CACHE") is { Length: > 0 } own ? own
        : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? Path.Combine(cache, "brownian")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "brownian");

    private static double? Available()
    {
        const string File = "/proc/meminfo";
        if (!System.IO.File.Exists(File))
        {
            return null;
        }

        var line = System.IO.File.ReadLines(File).FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kilobytes, ..] ? double.Parse(kilobytes) * 1024 : null;
    }
}
