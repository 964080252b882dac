namespace Brownian.Checkpoints;

/// <summary>Keeps a second trainer out of a run folder. The kernel frees the lock when its process ends, however it ends.</summary>
internal sealed class RunLock : IDisposable
{
    private const string FileName = ".lock", HolderName = ".lock.holder";
    private readonly FileStream file;

    private RunLock(FileStream file) => this.file = file;

    public static RunLock Take(string run)
    {
        var path = Path.Combine(run, FileName);
        FileStream taken;
        try
        {
            taken = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new IOException($"{run}: the run is being written by {Holder(run)}. Wait until it ends, or choose another folder.", e);
        }

        // In a file of its own: a locked file cannot be read by others.
        File.WriteAllText(Path.Combine(run, HolderName), $"process {Environment.ProcessId} on {Environment.MachineName}\n");
        return new(taken);
    }

    public void Dispose() => file.Dispose();

    private static string Holder(string run)
    {
        var path = Path.Combine(run, HolderName);
        return File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } text ? text : "another process";
    }
}
