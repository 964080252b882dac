namespace Brownian.Checkpoints;

/// <summary>One file of a zip archive.</summary>
/// <param name="Name">Its name, with '/' between folders.</param>
/// <param name="Method">0 stored, 8 deflated.</param>
/// <param name="PackedBytes">Its size in the archive.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Header">Where its local header begins.</param>
internal sealed record ZipEntry(string Name, int Method, long PackedBytes, long Bytes, long Header)
{
    /// <summary>Whether its bytes lie in the archive as they are.</summary>
    public bool IsStored => Method == 0;
}
