namespace Brownian.Checkpoints;

/// <summary>Tells the formats of tensor files by their first bytes.</summary>
internal static class TensorFormat
{
    // Where the tar archives of PyTorch 0.1 have their mark.
    private const int TarMark = 257;

    /// <summary>Opens a file of any format; see <see cref="TensorFile.Open"/>.</summary>
    public static TensorFile Open(string path, string? part)
    {
        if (Directory.Exists(path))
        {
            return Open(TensorSearch.In(path), part);
        }

        var file = OpenWhole(MappedFile.Open(path), part);
        try
        {
            return file is TorchFile || string.IsNullOrEmpty(part) ? file : file.Under(part);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The same for bytes that are mapped already; owns them.</summary>
    public static TensorFile OpenWhole(MappedFile bytes, string? part)
    {
        CheckpointKind kind;
        try
        {
            kind = KindOf(bytes);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }

        return kind switch
        {
            CheckpointKind.PyTorch => TorchFile.Open(bytes, part),
            CheckpointKind.NumPy => NumpyFile.Open(bytes),
            CheckpointKind.Sharded => ShardedFile.Open(bytes),
            _ => SafetensorsFile.Open(bytes),
        };
    }

    /// <summary>The format of a file.</summary>
    /// <exception cref="CheckpointFormatException">It is none of those that are read.</exception>
    public static CheckpointKind KindOf(MappedFile bytes)
    {
        var start = bytes.Span(0, (int)Math.Min(bytes.Length, TarMark + 5));

        // A safetensors file has its JSON at byte 8, so that a header length which looks like another format's mark misleads nobody.
        if (start is [_, _, _, _, _, _, _, _, (byte)'{', ..] && BitConverter.ToUInt64(start) <= SafetensorsHeader.MaxJsonBytes)
        {
            return CheckpointKind.Safetensors;
        }

        return start switch
        {
            [(byte)'P', (byte)'K', 3 or 5, 4 or 6, ..] => OfArchive(bytes),
            [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..] => CheckpointKind.NumPy,
            [0x80, >= 2 and <= 5, ..] => CheckpointKind.PyTorch,
            [(byte)'{', ..] => CheckpointKind.Sharded,
            _ => Other(bytes.Path, start),
        };
    }

    /// <exception cref="CheckpointFormatException">The engine has no tensors of this type.</exception>
    public static void CheckReadable(string path, TensorEntry entry)
    {
        if (entry.Type.ScalarType is null)
        {
            var readable = string.Join(", ", SafetensorsType.All.Where(t => t.ScalarType is not null).Select(t => t.Name));
            throw new CheckpointFormatException(
                path, $"there are no tensors of type {entry.Type.Name}; readable are {readable}", "Convert the file to one of them first.", entry.Name, entry.Offset);
        }
    }

    private static CheckpointKind OfArchive(MappedFile bytes)
    {
        var archive = ZipDirectory.Read(bytes);
        return TorchArchive.IsOne(archive) ? CheckpointKind.PyTorch
            : archive.Entries.Count > 0 && archive.Entries.All(entry => entry.Name.EndsWith(".npy", StringComparison.Ordinal)) ? CheckpointKind.NumPy
            : throw new CheckpointFormatException(
                bytes.Path, $"a zip archive that is neither PyTorch's (with a data.pkl) nor NumPy's (of .npy files); its first entry is '{archive.Entries.FirstOrDefault()?.Name}'",
                "Unpack it, and give the weights' file in it.");
    }

    // What often lies where weights were expected is named; anything else is left to the safetensors reader to refuse.
    private static CheckpointKind Other(string path, ReadOnlySpan<byte> start)
    {
        var (what, advice) = start.StartsWith("version https://git-lfs"u8) ? ("a pointer of Git LFS, not the file itself", "Fetch it with `git lfs pull`, or with `brownian pull`.")
            : start.StartsWith("<"u8) ? ("a web page, not weights", "Fetch the file itself: the address was that of a page about it.")
            : start.Length > TarMark + 4 && start[TarMark..].StartsWith("ustar"u8) ? ("a tar archive", "If PyTorch before 0.2 wrote it, load it there and save it again; else unpack it.")
            : start.StartsWith("GGUF"u8) ? ("a GGUF file, whose quantized numbers are not read", "Get the model as safetensors.")
            : start.StartsWith("\x89HDF"u8) ? ("an HDF5 file (Keras)", "Save the weights as .npz or safetensors.")
            : (null, null);
        return what is null ? CheckpointKind.Safetensors : throw new CheckpointFormatException(path, $"it is {what}", advice!, offset: 0);
    }
}
