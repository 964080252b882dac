namespace Brownian.Networks.Conditional;

/// <summary>What a configuration says of each level, one value for each, from the image inwards.</summary>
internal sealed class LevelTable
{
    /// <exception cref="ArgumentException">The configuration contradicts itself.</exception>
    public LevelTable(UNet2DConditionConfig config)
    {
        Check(config);
        Count = config.BlockOutChannels.Count;
        Channels = [.. config.BlockOutChannels];
        Layers = config.LayersPerBlock.For(Count, "layers_per_block");
        OnlyCross = config.OnlyCrossAttention.For(Count, "only_cross_attention");
        MiddleOnlyCross = config.MidBlockOnlyCrossAttention ?? (config.OnlyCrossAttention.IsOne && config.OnlyCrossAttention[0]);
        ContextChannels = config.CrossAttentionDim.For(Count, "cross_attention_dim");
        HeadChannels = config.AttentionHeadDim?.For(Count, "attention_head_dim") ?? Channels;
        Heads = config.AttentionHeadDim is null ? [.. Channels.Select(_ => 1)] : HeadChannels;
        Depths = Blocks(config.TransformerLayersPerBlock, [.. Layers], "transformer_layers_per_block");
        UpDepths = config.ReverseTransformerLayersPerBlock is { } reverse
            ? Blocks(reverse, [.. Layers.Reverse().Select(layers => layers + 1)], "reverse_transformer_layers_per_block")
            : [.. config.TransformerLayersPerBlock.For(Count, "transformer_layers_per_block").Reverse().Select((depth, i) => Mirrored(depth, Layers[^(i + 1)] + 1))];
    }

    /// <summary>Number of levels.</summary>
    public int Count { get; }

    public int[] Channels { get; }

    /// <summary>Residual blocks on the way down.</summary>
    public int[] Layers { get; }

    public bool[] OnlyCross { get; }

    public bool MiddleOnlyCross { get; }

    /// <summary>Channels of the condition's tokens.</summary>
    public int[] ContextChannels { get; }

    /// <summary>Attention heads of CrossAttn levels.</summary>
    public int[] Heads { get; }

    /// <summary>Channels of a head of the other levels.</summary>
    public int[] HeadChannels { get; }

    /// <summary>Transformer blocks after each residual block on the way down.</summary>
    public int[][] Depths { get; }

    /// <summary>The same on the way up, from the middle outwards.</summary>
    public int[][] UpDepths { get; }

    private static int[][] Blocks(OneOrMany<OneOrMany<int>> depths, int[] layers, string name) =>
        [.. depths.For(layers.Length, name).Select((depth, i) => depth.For(layers[i], name))];

    private static int[] Mirrored(OneOrMany<int> depth, int layers) => depth.IsOne
        ? depth.For(layers, "transformer_layers_per_block")
        : throw new ArgumentException(
            "reverse_transformer_layers_per_block: expected a list for each level, since transformer_layers_per_block has them; got null.");

    private static void Check(UNet2DConditionConfig config)
    {
        var levels = config.BlockOutChannels.Count;
        if (levels == 0 || config.DownBlockTypes.Count != levels || config.UpBlockTypes.Count != levels)
        {
            throw new ArgumentException(
                $"config: expected as many block_out_channels as down_block_types and up_block_types; got {levels}, "
                + $"{config.DownBlockTypes.Count} and {config.UpBlockTypes.Count}.");
        }

        if (config.NumAttentionHeads is not null)
        {
            throw new ArgumentException("num_attention_heads: expected null, as in all files of diffusers; attention_head_dim has the number of heads.");
        }

        if (config.AttentionType != "default")
        {
            throw new ArgumentException($"attention_type: expected default; got \"{config.AttentionType}\", which needs boxes and phrases beside the condition.");
        }
    }
}
