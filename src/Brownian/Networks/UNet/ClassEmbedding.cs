using Brownian.Networks.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>How a class condition becomes a vector that is added to the time embedding.</summary>
internal sealed class ClassEmbedding
{
    private readonly nn.Module<Tensor, Tensor> timeFeatures;
    private readonly Lookup? table;
    private readonly EmbeddingMlp? mlp;
    private readonly bool identity;

    public ClassEmbedding(UNet2DConfig config, nn.Module<Tensor, Tensor> timeFeatures, long timeWidth, ComputeSettings compute)
    {
        this.timeFeatures = timeFeatures;
        identity = config.ClassEmbedType == "identity";
        table = config is { ClassEmbedType: null, NumClassEmbeds: { } count } ? new Lookup(count, config.EmbeddingChannels) : null;
        mlp = config.ClassEmbedType == "timestep" ? new EmbeddingMlp(timeWidth, config.EmbeddingChannels, compute) : null;
    }

    /// <summary>What holds parameters, if anything does.</summary>
    public nn.Module? Module => (nn.Module?)table ?? mlp;

    /// <summary>The vector to add, [N, E]; null for a network without classes.</summary>
    /// <exception cref="ArgumentException">The condition has not what the network needs.</exception>
    public Tensor? Of(Condition? condition, long batch)
    {
        if (table is not null)
        {
            var expected = $"class labels, [{batch}] int64, in [0, {table.Count})";
            return table.call(InRange(Labels(condition, batch, expected), table.Count, expected));
        }

        if (mlp is not null)
        {
            return mlp.call(timeFeatures.call(Labels(condition, batch, $"class labels, [{batch}]")));
        }

        if (identity)
        {
            return condition?.Embedding ?? throw Missing("embeddings, [N, E], in Condition.Embedding");
        }

        return condition?.Labels is null ? null : throw new ArgumentException(
            "condition: class labels came, and the network has no class embedding. Leave Condition.Labels null.", nameof(condition));
    }

    private static Tensor Labels(Condition? condition, long batch, string expected)
    {
        var labels = condition?.Labels ?? throw Missing($"{expected}, in Condition.Labels");
        return labels.dim() == 1 && labels.size(0) == batch ? labels : throw new ArgumentException(
            $"condition: expected {expected}; got [{string.Join(", ", labels.shape)}]. Give one label for each sample.", nameof(condition));
    }

    // Only on the CPU: elsewhere reading a value back would wait for everything queued before it.
    private static Tensor InRange(Tensor labels, long count, string expected)
    {
        if (labels.device_type == DeviceType.CPU && labels.numel() > 0)
        {
            using var scope = NewDisposeScope();
            var (low, high) = (labels.min().ToInt64(), labels.max().ToInt64());
            if (low < 0 || high >= count)
            {
                throw new ArgumentException($"condition: expected {expected}; got {(low < 0 ? low : high)}.", nameof(labels));
            }
        }

        return labels;
    }

    private static ArgumentException Missing(string expected) =>
        new($"condition: the network is class-conditional and expects {expected}; got none.", "condition");
}
