using Brownian.Networks.Blocks;
using Brownian.Networks.UNet;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>The vector that all blocks are told: of the time, the guidance scale, the class, and what else a network adds to it.</summary>
internal sealed class ConditionalEmbedding
{
    private readonly nn.Module<Tensor, Tensor> timeFeatures;
    private readonly EmbeddingMlp timeEmbedding;
    private readonly ClassEmbedding classEmbedding;
    private readonly IAddedEmbedding? added;
    private readonly Activation last;
    private readonly bool concatenates;

    /// <exception cref="ArgumentException">The configuration names what does not exist.</exception>
    public ConditionalEmbedding(UNet2DConditionConfig config, ComputeSettings compute)
    {
        var (width, activation) = (config.EmbeddingChannels, Activations.Parse(config.ActFn));
        (timeFeatures, var features) = Features(config, width);
        timeEmbedding = new(features, width, compute, activation, last: Optional(config.TimestepPostAct), guidanceChannels: config.TimeCondProjDim);
        classEmbedding = new(
            new(config.ClassEmbedType, config.NumClassEmbeds, width)
            {
                Activation = activation,
                ProjectionWidth = config.ProjectionClassEmbeddingsInputDim,
            },
            timeFeatures, features, compute);
        added = AddedEmbeddings.Create(config, compute);
        last = Optional(config.TimeEmbeddingActFn);
        concatenates = config.ClassEmbeddingsConcat;
    }

    /// <summary>What holds parameters, by name.</summary>
    public IEnumerable<(string Name, nn.Module Module)> Modules
    {
        get
        {
            yield return ("time_proj", timeFeatures);
            yield return ("time_embedding", timeEmbedding);
            if (classEmbedding.Module is { } classes)
            {
                yield return ("class_embedding", classes);
            }

            if (added is not null)
            {
                yield return ("add_embedding", added.Module);
            }
        }
    }

    /// <summary>Channels that are shown beside the input, [N, C, H, W]; null for none.</summary>
    public Tensor? Shown(Condition? condition, ScalarType type) => added?.Shown(condition, type);

    /// <summary>The vector before the blocks' own activation, [N, E].</summary>
    /// <param name="label">What the network is told about the noise, [N].</param>
    /// <param name="condition">All that is known.</param>
    /// <param name="batch">N.</param>
    /// <param name="master">The type of the parameters.</param>
    /// <param name="watched">The network that shows its parts.</param>
    public Tensor Of(Tensor label, Condition? condition, long batch, ScalarType master, BlockNetwork watched)
    {
        using var scope = NewDisposeScope();
        var features = timeFeatures.call(label).to(master);
        watched.Trace?.Invoke("time_proj", features);
        var h = timeEmbedding.Guided(features, condition?.GuidanceEmbedding);
        watched.Trace?.Invoke("time_embedding", h);
        if (classEmbedding.Of(condition, batch)?.to(master) is { } classes)
        {
            h = concatenates ? cat([h, classes], 1) : h + classes;
        }

        h = added is null ? h : h + added.Of(condition, master);
        return last.Apply(h).MoveToOuterDisposeScope();
    }

    private static (nn.Module<Tensor, Tensor> Module, long Width) Features(UNet2DConditionConfig config, int width) => config.TimeEmbeddingType switch
    {
        "positional" => (new SinusoidalFeatures(config.BlockOutChannels[0], config.FlipSinToCos, config.FreqShift), config.BlockOutChannels[0]),
        "fourier" when width % 2 == 0 => (new FourierFeatures(width / 2, spread: 1, ofLogarithm: false, config.FlipSinToCos), width),
        "fourier" => throw new ArgumentException($"time_embedding_dim: expected an even number, since time_embedding_type is fourier; got {width}."),
        var other => throw new ArgumentException($"time_embedding_type: expected positional or fourier; got \"{other}\"."),
    };

    private static Activation Optional(string? name) => name is null ? Activation.None : Activations.Parse(name);
}
