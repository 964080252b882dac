using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>A group norm whose scale and shift come from the time embedding: norm(x)·(1 + scale) + shift.</summary>
internal sealed class AdaptiveNorm : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly long groups;
    private readonly double epsilon;
    private readonly Dense linear;

    public AdaptiveNorm(long embeddingChannels, long channels, long groups, double epsilon, ComputeSettings compute)
        : base(nameof(AdaptiveNorm))
    {
        if (groups < 1 || channels % groups != 0)
        {
            throw new ArgumentException($"block_out_channels: K blocks have norms in groups of 32; got {channels} channels in {groups} groups.");
        }

        (this.groups, this.epsilon) = (groups, epsilon);
        register_module(nameof(linear), linear = new(embeddingChannels, 2 * channels, compute, exact: true));
    }

    /// <summary>[N, C, H, W], [N, E] → [N, C, H, W].</summary>
    public override Tensor forward(Tensor x, Tensor embedding)
    {
        using var scope = NewDisposeScope();
        var parts = linear.call(embedding).unsqueeze(-1).unsqueeze(-1).chunk(2, 1);
        var h = nn.functional.group_norm(x.to(parts[0].dtype), groups, eps: epsilon);
        return (h * (1 + parts[0]) + parts[1]).to(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
