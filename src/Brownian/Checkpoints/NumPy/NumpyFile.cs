using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>Arrays of NumPy: one (<c>.npy</c>), or an archive of named ones (<c>.npz</c>), packed or not. Pickled objects are refused.</summary>
internal sealed unsafe class NumpyFile : TensorFile
{
    // What NumPy itself calls an array without a name.
    private const string Unnamed = "arr_0", Extension = ".npy";

    private readonly MappedFile file;
    private readonly ZipDirectory? zip;
    private readonly Dictionary<string, Place> places = new(StringComparer.Ordinal);
    private readonly List<string> keys = [];

    private NumpyFile(MappedFile file)
        : base(file.Path)
    {
        this.file = file;
        if (file.Span(0, (int)Math.Min(1, file.Length)) is [0x93])
        {
            places.Add(Unnamed, new(NpyHeader.Read(file, 0, file.Length, Unnamed), null, 0));
            keys.Add(Unnamed);
            return;
        }

        zip = ZipDirectory.Read(file);
        foreach (var entry in zip.Entries)
        {
            var key = entry.Name.EndsWith(Extension, StringComparison.Ordinal) ? entry.Name[..^Extension.Length] : entry.Name;
            places.Add(key, ReadHeader(entry, key));
            keys.Add(key);
        }
    }

    public override CheckpointKind Kind => CheckpointKind.NumPy;

    public override long Length => file.Length;

    public override IReadOnlyList<string> Keys => keys;

    /// <summary>Reads the headers of a mapped file, and owns it.</summary>
    public static NumpyFile Open(MappedFile file)
    {
        try
        {
            return new(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override bool Contains(string key) => places.ContainsKey(key);

    public override TensorEntry Info(string key) => places.TryGetValue(key, out var place)
        ? new(key, place.Header.Layout.Type, place.Header.Layout.Shape) { Offset = place.Entry is { IsStored: false } ? null : place.Begin + place.Header.Bytes }
        : throw Missing(key);

    internal override Tensor Borrow(string key)
    {
        TensorFormat.CheckReadable(Path, Info(key));
        var (header, entry, begin) = places[key];
        if (entry is null or { IsStored: true })
        {
            return header.Layout.Over(file.At(begin + header.Bytes, header.Layout.Bytes, key));
        }

        var (bytes, _) = zip!.Open(entry);
        using (bytes)
        {
            using var scope = NewDisposeScope();
            var view = header.Layout.Over(bytes.At(header.Bytes, header.Layout.Bytes, key));
            return empty(header.Layout.Shape, dtype: view.dtype).copy_(view).MoveToOuterDisposeScope();
        }
    }

    protected override void Dispose(bool disposing) => file.Dispose();

    private Place ReadHeader(ZipEntry entry, string key)
    {
        var (bytes, begin) = zip!.OpenStart(entry, NpyHeader.MaxBytes);
        try
        {
            return new(NpyHeader.Read(bytes, begin, entry.Bytes, key), entry, begin);
        }
        finally
        {
            if (bytes != file)
            {
                bytes.Dispose();
            }
        }
    }

    private sealed record Place(NpyHeader Header, ZipEntry? Entry, long Begin);
}
