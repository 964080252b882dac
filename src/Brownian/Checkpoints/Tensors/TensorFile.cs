using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>
/// A file of named tensors in any format: safetensors (single or sharded), PyTorch (zip or legacy), NumPy. Formats are told by their content.
/// Everything is checked before it is believed, and nothing in a file is executed.
/// </summary>
public abstract class TensorFile : IDisposable
{
    private protected TensorFile(string path) => Path = path;

    /// <summary>The path as it was given.</summary>
    public string Path { get; }

    /// <summary>The format.</summary>
    public abstract CheckpointKind Kind { get; }

    /// <summary>The size of the file, or of all files of it, in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>The names of the tensors, in the order of the file.</summary>
    public abstract IReadOnlyList<string> Keys { get; }

    /// <summary>The file's own notes, such as "format".</summary>
    public virtual IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>
    /// The places in the file that hold weights, by their path: more than one where a checkpoint has optimizer moments or averages beside the
    /// weights. Empty where all tensors are one set.
    /// </summary>
    public virtual IReadOnlyList<string> Parts => [];

    /// <summary>The part that <see cref="Keys"/> are of; null where all tensors are one set.</summary>
    public virtual string? Part => null;

    /// <summary>The number of elements of all tensors together.</summary>
    public long ElementCount => Keys.Sum(key => Info(key).Count);

    /// <summary>Opens a file, whatever its format and name.</summary>
    /// <param name="path">
    /// A safetensors file, the index of a sharded one (<c>*.index.json</c>), a PyTorch file (<c>.pt</c>, <c>.pth</c>, <c>.ckpt</c>,
    /// <c>.bin</c>), or NumPy arrays (<c>.npz</c>, <c>.npy</c>).
    /// </param>
    /// <param name="part">
    /// Only the tensors under this path, such as "model" or "state_dict"; null for the weights, the averaged ones where there are such; empty
    /// for everything under its full path.
    /// </param>
    /// <exception cref="CheckpointFormatException">It is none of these, it is damaged, or holds what is not known to be harmless.</exception>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    public static TensorFile Open(string path, string? part = null) => TensorFormat.Open(path, part);

    /// <summary>Whether the file has a tensor of this name.</summary>
    public abstract bool Contains(string key);

    /// <summary>Type and shape of a tensor, without reading it.</summary>
    /// <exception cref="MissingWeightException">The file has no such key.</exception>
    public abstract TensorEntry Info(string key);

    /// <summary>Reads a tensor into memory of its own, contiguous, on the CPU, in the file's type. The caller owns it.</summary>
    /// <exception cref="MissingWeightException">The file has no such key.</exception>
    /// <exception cref="CheckpointFormatException">The engine has no tensors of its type (U16, U32, U64, F8), or the file has shrunk.</exception>
    public Tensor Read(string key)
    {
        using var scope = NewDisposeScope();
        var borrowed = Borrow(key);
        return empty(borrowed.shape, dtype: borrowed.dtype).copy_(borrowed).MoveToOuterDisposeScope();
    }

    /// <summary>Reads a tensor and converts it. The caller owns it.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public Tensor Read(string key, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var borrowed = Borrow(key);
        return empty(borrowed.shape, dtype: type).copy_(borrowed).MoveToOuterDisposeScope();
    }

    /// <summary>The tensors whose names begin with <paramref name="prefix"/> and a dot, under the rest of their names.</summary>
    /// <remarks>A view: disposing it closes this file.</remarks>
    /// <exception cref="CheckpointFormatException">There are none.</exception>
    public TensorFile Under(string prefix) => new TensorFilePart(this, prefix);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file.</summary>
    /// <param name="disposing">True.</param>
    protected abstract void Dispose(bool disposing);

    /// <summary>
    /// A tensor that may lie in the file's mapped memory, in any strides: for copying from, while the file is open. It must not be written.
    /// </summary>
    internal abstract Tensor Borrow(string key);

    /// <summary>
    /// The same numbers as a tensor from <see cref="Borrow"/>, or a part of one, without a copy in a tensor that may outlive this file and may be
    /// written; null where they are not in the file's memory as they are. See <see cref="MappedFile.Share"/>.
    /// </summary>
    internal virtual Tensor? Share(Tensor borrowed) => null;

    /// <summary>Whether two tensors have the same type, shape and numbers.</summary>
    internal bool AreSame(string first, string second)
    {
        var (a, b) = (Info(first), Info(second));
        if (a.Type != b.Type || !a.Shape.SequenceEqual(b.Shape) || a.Type.ScalarType is null)
        {
            return false;
        }

        using var scope = NewDisposeScope();
        return Borrow(first).equal(Borrow(second)).all().item<bool>();
    }

    private protected MissingWeightException Missing(string key) => new(Path, [key], [], Keys);
}
