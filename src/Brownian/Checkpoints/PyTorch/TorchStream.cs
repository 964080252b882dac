using System.Numerics;

namespace Brownian.Checkpoints;

/// <summary>
/// What PyTorch wrote before version 1.6 (and writes still with <c>_use_new_zipfile_serialization=False</c>): pickles of a mark, a version,
/// the machine, the object and the storages' names, then the storages one after the other. Pickles without these are read too.
/// </summary>
internal sealed class TorchStream : ITorchStorages
{
    private const long Version = 1001;

    private static readonly BigInteger Mark = BigInteger.Parse("119547037146038801333356");

    private readonly MappedFile file;
    private readonly Dictionary<string, (long Begin, long Count)> places = new(StringComparer.Ordinal);

    private TorchStream(MappedFile file) => this.file = file;

    /// <summary>The file's pickled object and the places of its storages.</summary>
    /// <exception cref="CheckpointFormatException">It is damaged, or big-endian.</exception>
    public static (object? Root, ITorchStorages Storages) Read(MappedFile file)
    {
        var input = new PickleInput(file, 0, file.Length);
        var stream = new TorchStream(file);
        var first = stream.Next(input, null);
        if (first is not BigInteger mark || mark != Mark)
        {
            return (first, stream);
        }

        if (stream.Next(input, null) is not long and not Version)
        {
            throw input.Bad($"expected version {Version} of PyTorch's format");
        }

        if (stream.Next(input, null) is PickleDictionary machine && machine.Get("little_endian") is false)
        {
            throw TorchArchive.BigEndian(file.Path, "little_endian");
        }

        var seen = new Dictionary<string, PickledStorage>(StringComparer.Ordinal);
        var root = stream.Next(input, seen);
        stream.FindStorages(input, seen, stream.Next(input, null));
        return (root, stream);
    }

    /// <inheritdoc/>
    public string? Problem(PickledStorage storage)
    {
        if (!places.TryGetValue(storage.Key, out var place))
        {
            return "the file has no such storage";
        }

        return (Int128)storage.First + storage.Count <= place.Count ? null : $"the storage has {place.Count} numbers; its tensors need {storage.First + storage.Count}";
    }

    /// <inheritdoc/>
    public long? Offset(PickledStorage storage) => places[storage.Key].Begin;

    /// <inheritdoc/>
    public (MappedFile Bytes, long Begin) Open(PickledStorage storage) => (file, places[storage.Key].Begin);

    private object? Next(PickleInput input, Dictionary<string, PickledStorage>? seen) =>
        new Unpickler(input, new PickleBuilder(file.Length) { Storages = seen }).Load();

    private void FindStorages(PickleInput input, Dictionary<string, PickledStorage> seen, object? names)
    {
        if (names is not PickleList list)
        {
            throw input.Bad("expected the list of the storages' names");
        }

        foreach (var item in list.Items)
        {
            var name = item switch { string text => text, byte[] latin => System.Text.Encoding.Latin1.GetString(latin), _ => throw input.Bad("expected a storage's name") };
            if (!seen.TryGetValue(name, out var storage))
            {
                throw input.Bad("a storage that no tensor uses", name);
            }

            var count = input.Int64();
            var begin = input.Position;
            var bytes = (Int128)count * (storage.Type?.Bytes ?? 1);
            if (count < 0 || bytes > input.Left)
            {
                throw input.Bad($"a storage of {count} numbers, but only {input.Left} bytes follow", name);
            }

            input.Skip((long)bytes);
            if (!places.TryAdd(name, (begin, count)))
            {
                throw input.Bad("the storage appears twice", name);
            }
        }
    }
}
