using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>The tensors of a file that have a common prefix, without it.</summary>
internal sealed class TensorFilePart : TensorFile
{
    private readonly TensorFile whole;
    private readonly string prefix;
    private readonly string[] keys;

    public TensorFilePart(TensorFile whole, string prefix)
        : base(whole.Path)
    {
        (this.whole, this.prefix) = (whole, prefix + ".");
        keys = [.. whole.Keys.Where(key => key.StartsWith(this.prefix, StringComparison.Ordinal)).Select(key => key[this.prefix.Length..])];
        if (keys.Length == 0)
        {
            var tops = whole.Keys.Select(key => key.Split('.')[0]).Distinct(StringComparer.Ordinal).Take(20);
            throw new CheckpointFormatException(
                Path, $"it has no tensors under '{prefix}'; its names begin with {string.Join(", ", tops)}", "Choose one of the parts that `brownian info` lists.", prefix);
        }
    }

    public override CheckpointKind Kind => whole.Kind;

    public override long Length => whole.Length;

    public override IReadOnlyList<string> Keys => keys;

    public override IReadOnlyDictionary<string, string> Metadata => whole.Metadata;

    public override IReadOnlyList<string> Parts => whole.Parts;

    public override string? Part => prefix[..^1];

    public override bool Contains(string key) => whole.Contains(prefix + key);

    public override TensorEntry Info(string key) => Contains(key) ? whole.Info(prefix + key) with { Name = key } : throw Missing(key);

    internal override Tensor Borrow(string key) => Contains(key) ? whole.Borrow(prefix + key) : throw Missing(key);

    internal override Tensor? Share(Tensor borrowed) => whole.Share(borrowed);

    protected override void Dispose(bool disposing) => whole.Dispose();
}
