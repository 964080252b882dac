namespace Brownian.Data.Sources;

/// <summary>Encoded images one after another: in memory up to a budget, beyond it in a temporary file that vanishes with the program.</summary>
internal sealed class EncodedBlobs(long memoryBudget) : IDisposable
{
    private readonly List<byte[]?> held = [];
    private readonly List<(long Offset, int Length)> spilled = [];
    private long heldBytes;
    private FileStream? file;

    public void Add(byte[] blob)
    {
        if (file is null && heldBytes + blob.Length <= memoryBudget)
        {
            heldBytes += blob.Length;
            held.Add(blob);
            spilled.Add(default);
            return;
        }

        file ??= new FileStream(
            Path.Combine(Path.GetTempPath(), $"brownian-{Guid.NewGuid():n}.spill"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        held.Add(null);
        spilled.Add((file.Position, blob.Length));
        file.Write(blob);
    }

    public byte[] Get(int index)
    {
        if (held[index] is { } blob)
        {
            return blob;
        }

        var (offset, length) = spilled[index];
        var bytes = new byte[length];
        lock (held)
        {
            file!.Position = offset;
            file.ReadExactly(bytes);
        }

        return bytes;
    }

    public void Dispose()
    {
        held.Clear();
        file?.Dispose();
    }
}
