namespace Brownian.Checkpoints;

/// <summary>
/// The zip archives that PyTorch writes since version 1.6: a pickle, <c>NAME/data.pkl</c>, and each storage in <c>NAME/data/KEY</c>. TorchScript's
/// have the code of a program beside them, which is not looked at: its modules are read as records of their weights.
/// </summary>
internal sealed class TorchArchive : ITorchStorages
{
    // The pickle holds no numbers, but may be packed.
    private const long MaxPickleBytes = 1L << 30;

    private readonly ZipDirectory zip;
    private readonly string folder;

    private TorchArchive(ZipDirectory zip, string folder) => (this.zip, this.folder) = (zip, folder);

    /// <summary>Whether an archive is one.</summary>
    public static bool IsOne(ZipDirectory zip) => Pickle(zip) is not null;

    /// <summary>The archive's pickled object and the places of its storages.</summary>
    /// <exception cref="CheckpointFormatException">It is damaged or big-endian.</exception>
    public static (object? Root, ITorchStorages Storages) Read(MappedFile file)
    {
        var directory = ZipDirectory.Read(file);
        var pickle = Pickle(directory)!;
        var archive = new TorchArchive(directory, pickle.Name[..^"data.pkl".Length]);
        archive.CheckOrder();
        if (pickle.Bytes > MaxPickleBytes)
        {
            throw new CheckpointFormatException(file.Path, $"its pickle has {pickle.Bytes} bytes; expected at most {MaxPickleBytes}", "The file is damaged.", pickle.Name);
        }

        var (bytes, begin) = directory.Open(pickle);
        try
        {
            return (new Unpickler(new(bytes, begin, begin + pickle.Bytes), new(pickle.Bytes) { IsScript = archive.IsScript }).Load(), archive);
        }
        finally
        {
            if (bytes != file)
            {
                bytes.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public string? Problem(PickledStorage storage)
    {
        if (Entry(storage) is not { } entry)
        {
            return $"the archive has no {folder}data/{storage.Key}";
        }

        var needed = (Int128)(storage.First + storage.Count) * (storage.Type?.Bytes ?? 1);
        return entry.Bytes >= needed ? null : $"{entry.Name} has {entry.Bytes} bytes; its tensors need {needed}";
    }

    /// <inheritdoc/>
    public long? Offset(PickledStorage storage) => Entry(storage) is { IsStored: true } entry ? zip.DataOf(entry) : null;

    /// <inheritdoc/>
    public (MappedFile Bytes, long Begin) Open(PickledStorage storage) => zip.Open(Entry(storage)!);

    private static ZipEntry? Pickle(ZipDirectory zip) =>
        zip.Entries.FirstOrDefault(entry => entry.Name == "data.pkl" || (entry.Name.EndsWith("/data.pkl", StringComparison.Ordinal) && entry.Name.Count(c => c == '/') == 1));

    private ZipEntry? Entry(PickledStorage storage) => zip.Find($"{folder}data/{storage.Key}");

    private bool IsScript => zip.Find(folder + "constants.pkl") is not null || zip.Entries.Any(entry => entry.Name.StartsWith(folder + "code/", StringComparison.Ordinal));

    private void CheckOrder()
    {
        if (zip.Find(folder + "byteorder") is { Bytes: < 16 } order)
        {
            var (bytes, begin) = zip.Open(order);
            var isBig = bytes.Span(begin, (int)order.Bytes).StartsWith("big"u8);
            if (bytes != zip.File)
            {
                bytes.Dispose();
            }

            if (isBig)
            {
                throw BigEndian(zip.File.Path, order.Name);
            }
        }
    }

    /// <summary>The refusal of numbers whose bytes stand the other way round.</summary>
    public static CheckpointFormatException BigEndian(string path, string key) =>
        new(path, "its numbers are big-endian, which is not read", "Load it in Python on this machine and save it again.", key);
}
