using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>How a class condition becomes a vector that is added to the time embedding.</summary>
internal sealed class ClassEmbedding
{
    private readonly nn.Module<Tensor, Tensor> timeFeatures;
    private readonly Lookup? table;
    private readonly EmbeddingMlp? mlp;
    private readonly nn.Module<Tensor, Tensor>? projection;
    private readonly bool identity;

    /// <exception cref="ArgumentException">The type is unknown.</exception>
    public ClassEmbedding(ClassEmbeddingOptions options, nn.Module<Tensor, Tensor> timeFeatures, long timeWidth, ComputeSettings compute)
    {
        this.timeFeatures = timeFeatures;
        var width = options.Width;
        switch (options.Type)
        {
            case null:
                table = options.Count is { } count ? new Lookup(count, width) : null;
                break;
            case "timestep":
                mlp = new EmbeddingMlp(timeWidth, width, compute, options.Activation);
                break;
            case "identity":
                identity = true;
                break;
            case "projection":
                projection = new EmbeddingMlp(options.VectorWidth, width, compute);
                break;
            case "simple_projection":
                projection = new Dense(options.VectorWidth, width, compute, exact: true);
                break;
            default:
                throw new ArgumentException(
                    $"class_embed_type: expected timestep, identity, projection, simple_projection or null; got \"{options.Type}\".");
        }
    }

    /// <summary>What holds parameters, if anything does.</summary>
    public nn.Module? Module => (nn.Module?)table ?? (nn.Module?)mlp ?? projection;

    /// <summary>The vector to add, [N, E]; null for a network without classes.</summary>
    /// <exception cref="ArgumentException">The condition has not what the network needs.</exception>
    public Tensor? Of(Condition? condition, long batch)
    {
        if (table is not null)
        {
            return table.call(ClassLabels.Checked(condition, batch, table.Count));
        }

        if (mlp is not null)
        {
            return mlp.call(timeFeatures.call(ClassLabels.Given(condition, batch, $"class labels, [{batch}]")));
        }

        if (identity || projection is not null)
        {
            var vectors = condition?.Embedding ?? throw ClassLabels.Missing("embeddings, [N, E], in Condition.Embedding");
            return projection is null ? vectors : projection.call(vectors);
        }

        return condition?.Labels is null ? null : throw new ArgumentException(
            "condition: class labels came, and the network has no class embedding. Leave Condition.Labels null.", nameof(condition));
    }
}
