using Brownian.Networks.Blocks;
using Brownian.Networks.UNet;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>
/// Residual blocks, each followed by attention or not, then a doubling without weights: KUpBlock2D, KCrossAttnUpBlock2D. Only the last of the
/// maps that the way down kept at this resolution is used.
/// </summary>
internal sealed class KUpLevel : UpLevel
{
    private readonly KResBlock[] blocks;
    private readonly KAttention[] attentions = [];
    private readonly bool joins;
    private readonly bool doubles;

    /// <param name="above">Channels of the next level.</param>
    /// <param name="level">What the level shares.</param>
    /// <param name="attention">null for none.</param>
    /// <param name="isFirst">Whether it is the lowest.</param>
    public KUpLevel(long above, LevelOptions level, KAttentionOptions? attention, bool isFirst)
        : base(nameof(KUpLevel))
    {
        var (own, count) = (level.Channels, level.Config.LayersPerBlock);
        joins = attention is null || !isFirst;
        doubles = !level.IsLast;
        blocks = [.. Enumerable.Range(0, count).Select(i => Block(i == 0 && joins ? 2 * own : own, own, i == count - 1 ? above : own, level, attention))];
        register_module("resnets", nn.ModuleList(blocks));
        if (attention is not null)
        {
            attentions = [.. blocks.Select((_, i) => new KAttention(i == count - 1 ? above : own, attention, level.Compute))];
            register_module("attentions", nn.ModuleList(attentions));
        }
    }

    public override Features Forward(Features from, Told told, Stack<Tensor> kept)
    {
        using var scope = NewDisposeScope();
        var h = joins ? Joined(from.Hidden, kept) : from.Hidden;
        for (var i = 1; joins && i < blocks.Length; i++)
        {
            kept.Pop().Dispose();
        }

        for (var i = 0; i < blocks.Length; i++)
        {
            h = blocks[i].call(h, told.Raw);
            h = attentions.Length == 0 ? h : attentions[i].Mix(h, told);
        }

        return new Features((doubles ? KResampling.Doubled(h) : h).MoveToOuterDisposeScope(), from.Image);
    }

    // With attention, the last block changes its channels in the second convolution; without, in the first.
    private static KResBlock Block(long from, long own, long to, LevelOptions level, KAttentionOptions? attention) =>
        new(from, attention is null ? to : own, to, own / KResBlock.GroupSize, level);
}
