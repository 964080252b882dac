using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Song;

/// <summary>What a <see cref="SongUNet"/> is told, as a vector: the noise level, the class, and how the image was augmented.</summary>
internal sealed class SongEmbedding
{
    private readonly SongUNetConfig config;
    private readonly Activation activation;
    private readonly nn.Module<Tensor, Tensor> features;
    private readonly EmbeddingMlp mlp;
    private readonly Dense? classes;
    private readonly Dense? augmentation;

    public SongEmbedding(SongUNetConfig config, ComputeSettings compute)
    {
        this.config = config;
        activation = Activations.Parse(config.ActFn);
        var (width, wide) = (config.ModelChannels * config.TimeFeatureMult, config.ModelChannels * config.EmbeddingMult);
        features = config.TimeEmbeddingType == "positional"
            ? new SinusoidalFeatures(width, config.FlipSinToCos, config.FreqShift)
            : new FourierFeatures(width / 2, config.FourierScale, ofLogarithm: config.TimeEmbeddingType == "log_fourier");
        mlp = new(width, wide, compute, activation);
        classes = config.ClassCount == 0 ? null
            : new(config.ClassCount, config.ClassAfterEmbedding ? wide : width, compute, exact: true, hasBias: !config.ClassAfterEmbedding);
        augmentation = config.AugmentDim == 0 ? null
            : new(config.AugmentDim, width, compute, exact: true, hasBias: false, startsAtZero: config.Initialization == "default");
    }

    /// <summary>The layer of the classes, if there are classes.</summary>
    public Dense? Classes => classes;

    /// <summary>What holds weights, by name.</summary>
    public IEnumerable<(string Name, nn.Module Module)> Modules =>
        new (string, nn.Module?)[]
        {
            ("time_proj", features),
            ("time_embedding", config.IsNoiseConditional ? mlp : null),
            ("class_embedding", classes),
            ("augment_embedding", augmentation),
        }.Where(entry => entry.Item2 is not null)!;

    /// <summary>The vector after its activation, [N, E].</summary>
    /// <param name="label">[N].</param>
    /// <param name="condition">Class and augmentation, or neither.</param>
    /// <param name="batch">N.</param>
    /// <param name="type">The type of the parameters.</param>
    /// <param name="trace">Called with the parts of the computation, if given.</param>
    public Tensor Of(Tensor label, Condition? condition, long batch, ScalarType type, Action<string, Tensor>? trace)
    {
        using var scope = NewDisposeScope();
        var x = features.call(config.TimeEmbeddingType == "positional" ? label : label.to(type)).to(type); // [N, F]
        trace?.Invoke("time_proj", x);
        var weights = classes is null ? null : ClassWeights(condition, batch, label).to(type);
        x = weights is null || config.ClassAfterEmbedding ? x : x + classes!.call(weights * Math.Sqrt(config.ClassCount));
        if (augmentation is not null && condition?.Augmentation is { } vector)
        {
            x += augmentation.call(vector.to(type));
        }

        x = mlp.call(x);
        x = weights is not null && config.ClassAfterEmbedding ? x + classes!.call(weights) : x;
        trace?.Invoke("time_embedding", x);
        return activation.Apply(x).MoveToOuterDisposeScope();
    }

    // [N, classes]: 1 at the class, and 0 everywhere for "any".
    private Tensor ClassWeights(Condition? condition, long batch, Tensor like)
    {
        if (condition?.Embedding is { } given)
        {
            return given.dim() == 2 && given.size(0) == batch && given.size(1) == config.ClassCount ? given : throw new ArgumentException(
                $"condition: expected weights of the classes, [{batch}, {config.ClassCount}], in Condition.Embedding; got [{string.Join(", ", given.shape)}].",
                nameof(condition));
        }

        if (condition?.Labels is not { } labels)
        {
            return zeros(batch, config.ClassCount, device: like.device);
        }

        if (labels.dim() != 1 || labels.size(0) != batch)
        {
            throw new ArgumentException(
                $"condition: expected class labels, [{batch}] int64, in [0, {config.ClassCount}]; got [{string.Join(", ", labels.shape)}]. "
                + "Give one label for each sample.", nameof(condition));
        }

        return nn.functional.one_hot(labels.to(ScalarType.Int64), config.ClassCount + 1).narrow(1, 0, config.ClassCount);
    }
}
