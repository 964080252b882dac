using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>
/// A file of PyTorch's <c>torch.save</c>, in its zip or its older format. The pickle in it is read as data: nothing is executed. Tensors are
/// mapped where they are stored uncompressed; views and shared storages are kept as such.
/// </summary>
internal sealed unsafe class TorchFile : TensorFile
{
    private const int MaxNotes = 100, MaxNote = 200;

    private readonly MappedFile file;
    private readonly ITorchStorages storages;
    private readonly Dictionary<string, object> tensors = new(StringComparer.Ordinal);
    private readonly List<string> keys = [];
    private readonly IReadOnlyList<string> parts;
    private readonly string? part;

    private TorchFile(MappedFile file, string? wanted)
        : base(file.Path)
    {
        this.file = file;
        (var root, storages) = file.Span(0, (int)Math.Min(2, file.Length)).SequenceEqual("PK"u8) ? TorchArchive.Read(file) : TorchStream.Read(file);
        var tree = TorchTree.Of(root, Path);
        Metadata = Notes(root);
        parts = tree.IsModule ? [] : tree.Places.Count > 1 || tree.Places is not [""] ? tree.Places : [];
        (part, var chosen) = TorchParts.Choose(tree, wanted, Path);
        foreach (var (name, tensor) in chosen)
        {
            Check(name, tensor);
            if (!tensors.TryAdd(name, tensor))
            {
                throw new CheckpointFormatException(Path, "two tensors have this name", "It is no checkpoint of weights.", name);
            }

            keys.Add(name);
        }
    }

    public override CheckpointKind Kind => CheckpointKind.PyTorch;

    public override long Length => file.Length;

    public override IReadOnlyList<string> Keys => keys;

    public override IReadOnlyDictionary<string, string> Metadata { get; }

    public override IReadOnlyList<string> Parts => parts;

    public override string? Part => part;

    /// <summary>Reads the pickle of a mapped file, and owns it.</summary>
    public static TorchFile Open(MappedFile file, string? part)
    {
        try
        {
            return new(file, part);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override bool Contains(string key) => tensors.ContainsKey(key);

    public override TensorEntry Info(string key) => Find(key) switch
    {
        PickledTensor { Storage: var storage, Layout: var layout } => new(key, layout.Type, layout.Shape)
        {
            Offset = storages.Offset(storage) is { } begin ? begin + (storage.First * (storage.Type?.Bytes ?? 1)) + (layout.First * layout.Type.Bytes) : null,
        },
        PickledArray { Layout: { } layout } => new(key, layout.Type, layout.Shape),
        _ => throw Missing(key),
    };

    internal override Tensor Borrow(string key)
    {
        var found = Find(key);
        TensorFormat.CheckReadable(Path, Info(key));
        return found is PickledTensor tensor ? FromStorage(tensor, key) : FromArray((PickledArray)found);
    }

    internal override Tensor? Share(Tensor borrowed) => file.Share(borrowed);

    protected override void Dispose(bool disposing) => file.Dispose();

    // Single numbers and words beside the weights, such as global_step.
    private static Dictionary<string, string> Notes(object? root)
    {
        var notes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in (root as PickleDictionary)?.Items ?? [])
        {
            if (notes.Count < MaxNotes && key is string { Length: <= MaxNote } name && value is long or double or bool or string { Length: <= MaxNote })
            {
                notes[name] = Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!;
            }
        }

        return notes;
    }

    private object Find(string key) => tensors.TryGetValue(key, out var tensor) ? tensor : throw Missing(key);

    private void Check(string name, object tensor)
    {
        if (tensor is PickledTensor { Storage: var storage } && storages.Problem(storage) is { } problem)
        {
            throw new CheckpointFormatException(Path, problem, "The file is truncated or damaged: fetch or write it again.", name);
        }
    }

    private Tensor FromStorage(PickledTensor tensor, string key)
    {
        var (storage, layout) = (tensor.Storage, tensor.Layout);
        if (layout.Count == 0)
        {
            return empty(layout.Shape, dtype: layout.Type.ScalarType);
        }

        var (bytes, begin) = storages.Open(storage);
        var row = bytes.At(begin + (storage.First * (storage.Type?.Bytes ?? 1)), layout.End * layout.Type.Bytes, key);
        if (bytes == file)
        {
            return layout.Over(row);
        }

        using (bytes)
        {
            return Copied(layout, row);
        }
    }

    private static Tensor FromArray(PickledArray array)
    {
        fixed (byte* row = array.Data)
        {
            return array.Layout!.Count == 0 ? empty(array.Layout.Shape, dtype: array.Layout.Type.ScalarType) : Copied(array.Layout, row);
        }
    }

    private static Tensor Copied(StridedTensor layout, byte* row)
    {
        using var scope = NewDisposeScope();
        return empty(layout.Shape, dtype: layout.Type.ScalarType).copy_(layout.Over(row)).MoveToOuterDisposeScope();
    }
}
