using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>
/// A safetensors file, memory-mapped. Every byte range is checked on opening: a file that is truncated, oversized, or has overlapping,
/// gapped, duplicate or overflowing entries is refused. Nothing in it is executed.
/// </summary>
/// <remarks>
/// Safe to read from several threads. Writers of this library replace files by renaming, so that a mapping stays valid; a program that
/// shortens a mapped file in place is noticed before each read, but ends a program whose network shares the file's memory
/// (<see cref="WeightLoading.Load"/>).
/// </remarks>
public sealed unsafe class SafetensorsFile : TensorFile
{
    private readonly SafetensorsHeader header;
    private readonly MappedFile bytes;

    private SafetensorsFile(MappedFile bytes)
        : base(bytes.Path)
    {
        this.bytes = bytes;
        var json = SafetensorsHeader.JsonLength(bytes.Span(0, (int)Math.Min(8, bytes.Length)), bytes.Length, bytes.Path);
        header = SafetensorsHeader.Parse(bytes.Span(8, (int)json), bytes.Length, bytes.Path);
    }

    /// <inheritdoc/>
    public override CheckpointKind Kind => CheckpointKind.Safetensors;

    /// <inheritdoc/>
    public override long Length => bytes.Length;

    /// <summary>The names of the tensors, in the order of their bytes.</summary>
    public override IReadOnlyList<string> Keys => header.Keys;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="CheckpointFormatException">It is not a sound safetensors file.</exception>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    public static SafetensorsFile Open(string path) => Open(MappedFile.Open(path));

    /// <summary>Checks a file that is mapped already, and owns it.</summary>
    internal static SafetensorsFile Open(MappedFile bytes)
    {
        try
        {
            return new(bytes);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool Contains(string key) => header.Entries.ContainsKey(key);

    /// <summary>Type, shape and place of a tensor, without reading it.</summary>
    /// <exception cref="MissingWeightException">The file has no such key.</exception>
    public override SafetensorsEntry Info(string key) => header.Entries.TryGetValue(key, out var entry) ? entry : throw Missing(key);

    internal override Tensor Borrow(string key)
    {
        var entry = Info(key);
        TensorFormat.CheckReadable(Path, entry);
        var place = bytes.At(entry.Begin, entry.Bytes, key);
        long[] shape = [.. entry.Shape];
        return new StridedTensor(entry.Type, shape, StridedTensor.RowMajor(shape), 0).Over(place);
    }

    internal override Tensor? Share(Tensor borrowed) => bytes.Share(borrowed);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => bytes.Dispose();
}
