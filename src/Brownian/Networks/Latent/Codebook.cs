using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Latent;

/// <summary>A finite set of vectors, the nearest of which stands for each latent (van den Oord et al. 2017, eq. 1–2).</summary>
internal sealed class Codebook : nn.Module<Tensor, Tensor>
{
    private readonly Lookup embedding;

    /// <param name="count">K, how many vectors.</param>
    /// <param name="width">D, numbers of a vector.</param>
    public Codebook(long count, long width)
        : base(nameof(Codebook)) => register_module(nameof(embedding), embedding = new(count, width));

    /// <summary>How many vectors there are.</summary>
    public long Count => embedding.Count;

    /// <summary>The number of the nearest vector, [N, D, H, W] → [N, H, W].</summary>
    public Tensor Nearest(Tensor z)
    {
        using var scope = NewDisposeScope();
        var flat = z.permute(0, 2, 3, 1).reshape(-1, embedding.Width);
        return cdist(flat, embedding.Weight).argmin(1).reshape(z.size(0), z.size(2), z.size(3)).MoveToOuterDisposeScope();
    }

    /// <summary>The vectors of these numbers, [N, H, W] → [N, D, H, W].</summary>
    public Tensor Vectors(Tensor indices)
    {
        using var scope = NewDisposeScope();
        var flat = embedding.call(indices.reshape(-1));
        return flat.reshape(indices.size(0), indices.size(1), indices.size(2), -1).permute(0, 3, 1, 2).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The nearest vectors, [N, D, H, W]; gradients pass as if nothing had happened (the straight-through estimator, ibid. sec. 3.2).</summary>
    public override Tensor forward(Tensor z)
    {
        using var scope = NewDisposeScope();
        var vectors = Vectors(Nearest(z));
        return (is_grad_enabled() ? z + (vectors - z).detach() : vectors).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
