using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>
/// Self-attention between the pixels of an image, with a norm before and a residual connection (Ho et al. 2020; several heads Nichol and
/// Dhariwal 2021). Scores and softmax are float32 whatever the compute type.
/// </summary>
public sealed class Attention : nn.Module<Tensor, Tensor>, IMixer
{
    private readonly AttentionOptions options;
    private readonly ComputeSettings compute;
    private readonly long heads;
    private readonly GroupNormalization? norm;
    private readonly SpatialNormalization? spatialNorm;
    private readonly Dense query;
    private readonly Dense key;
    private readonly Dense value;
    private readonly Dense output;
    private readonly PackedWeights packedInputs = new([0, 0], [1, 1]);
    private readonly PackedWeights packedOutput = new([0, 0], [1, 1]);

    /// <summary>Attention with these options.</summary>
    /// <exception cref="ArgumentException">A head has more channels than the image.</exception>
    public Attention(AttentionOptions options, ComputeSettings compute)
        : base(nameof(Attention))
    {
        this.options = options;
        this.compute = compute;
        heads = options.Channels / options.HeadChannels;
        if (heads < 1)
        {
            throw new ArgumentException(
                $"attention_head_dim: expected at most the {options.Channels} channels of the image; got {options.HeadChannels}.", nameof(options));
        }

        var (channels, inner) = (options.Channels, heads * options.HeadChannels);
        if (options.Groups is { } groups)
        {
            register_module("group_norm", norm = new(groups, channels, options.Epsilon, compute));
        }

        if (options.LatentChannels is { } latent)
        {
            register_module("spatial_norm", spatialNorm = new(channels, latent, compute));
        }

        register_module("to_q", query = new(channels, inner, compute));
        register_module("to_k", key = new(channels, inner, compute));
        register_module("to_v", value = new(channels, inner, compute));
        output = new(inner, channels, compute, startsAtZero: true);
        register_module("to_out", nn.ModuleList<nn.Module<Tensor, Tensor>>(output));
    }

    /// <summary>[N, C, H, W] → [N, C, H, W].</summary>
    public override Tensor forward(Tensor x) => Beside(x, null);

    /// <summary>[N, C, H, W] → [N, C, H, W], with the latent image that a spatial norm sees, [N, Z, h, w].</summary>
    internal Tensor Beside(Tensor x, Tensor? latent)
    {
        using var scope = NewDisposeScope();
        var (n, height, width) = (x.size(0), x.size(2), x.size(3));
        var (q, k, v) = Projections(Normalized(x, latent)); // [N, T, heads·D]
        var mixed = MultiHead.Attend(q, k, v, heads, compute).to(x.dtype).reshape(n, height, width, -1);
        var sum = Residual(x, mixed.permute(0, 3, 1, 2));
        return (options.OutputScale == 1 ? sum : sum.div_(options.OutputScale)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    Tensor IMixer.Mix(Tensor x, Told told) => call(x);

    private Tensor Normalized(Tensor x, Tensor? latent)
    {
        var y = spatialNorm is null ? x : spatialNorm.call(x, latent ?? throw new ArgumentException("attention: its norm expects a latent image; got none."));
        return norm is null ? y : norm.call(y);
    }

    // All three projections are one convolution of 1×1 where the weights can be packed, and three matrix products otherwise.
    private (Tensor Query, Tensor Key, Tensor Value) Projections(Tensor x)
    {
        var stacked = compute.PacksWeights
            ? packedInputs.Run(x, [query.Weight, key.Weight, value.Weight], [query.Bias, key.Bias, value.Bias])
            : null;
        if (stacked is not null)
        {
            compute.Count(2.0 * x.numel() * stacked.size(1));
            var parts = Sequence.Of(stacked).chunk(3, -1);
            return (parts[0], parts[1], parts[2]);
        }

        var tokens = Sequence.Of(x);
        return (query.call(tokens), key.call(tokens), value.call(tokens));
    }

    private Tensor Residual(Tensor x, Tensor mixed)
    {
        var sum = compute.PacksWeights ? packedOutput.Run(mixed, [output.Weight], [output.Bias], x) : null;
        if (sum is not null)
        {
            compute.Count(2.0 * mixed.numel() * x.size(1));
            return sum;
        }

        return Sequence.Image(output.call(Sequence.Of(mixed)), x.size(2), x.size(3)).add_(x);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        packedInputs.Dispose();
        packedOutput.Dispose();
        base.Dispose(disposing);
    }
}
