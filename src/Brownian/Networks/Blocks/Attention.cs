using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>
/// Self-attention between the pixels of an image, with a norm before and a residual connection (Ho et al. 2020; several heads Nichol and
/// Dhariwal 2021). Scores and softmax are float32 whatever the compute type.
/// </summary>
public sealed class Attention : nn.Module<Tensor, Tensor>
{
    private readonly AttentionOptions options;
    private readonly ComputeSettings compute;
    private readonly long heads;
    private readonly GroupNormalization? norm;
    private readonly Dense query;
    private readonly Dense key;
    private readonly Dense value;
    private readonly Dense output;

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

        register_module("to_q", query = new(channels, inner, compute));
        register_module("to_k", key = new(channels, inner, compute));
        register_module("to_v", value = new(channels, inner, compute));
        output = new(inner, channels, compute, startsAtZero: true);
        register_module("to_out", nn.ModuleList<nn.Module<Tensor, Tensor>>(output));
    }

    /// <summary>[N, C, H, W] → [N, C, H, W].</summary>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (n, c, height, width) = (x.size(0), x.size(1), x.size(2), x.size(3));
        var h = norm is null ? x : norm.call(x);
        var tokens = h.permute(0, 2, 3, 1).reshape(n, height * width, c); // [N, T, C]
        var mixed = nn.functional.scaled_dot_product_attention(
            Heads(query.call(tokens)), Heads(key.call(tokens)), Heads(value.call(tokens))); // [N, heads, T, D]
        mixed = mixed.transpose(1, 2).reshape(n, height * width, heads * options.HeadChannels);
        var image = output.call(mixed).reshape(n, height, width, c).permute(0, 3, 1, 2);
        var sum = image.add_(x);
        return (options.OutputScale == 1 ? sum : sum.div_(options.OutputScale)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    // bfloat16 attention is slower than float32 on CPUs without AMX, and less exact everywhere.
    private Tensor Heads(Tensor tokens)
    {
        var split = tokens.view(tokens.size(0), tokens.size(1), heads, options.HeadChannels).transpose(1, 2);
        return split.dtype == ScalarType.BFloat16 && split.device_type == DeviceType.CPU ? split.to(ScalarType.Float32) : split;
    }
}
