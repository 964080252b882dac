using System.Text.Json;
using Brownian.Networks.Guided;

namespace Brownian.Networks.DiT;

/// <summary>The constructor arguments of facebookresearch/DiT's <c>DiT</c> (Peebles and Xie 2023), name by name and default by default.</summary>
public sealed record OriginalDiTConfig() : NetworkConfig("DiT")
{
    /// <summary>Size of the latent images, in their pixels.</summary>
    public int InputSize { get; init; } = 32;

    /// <summary>Side of a patch, in these pixels.</summary>
    public int PatchSize { get; init; } = 2;

    /// <summary>Channels of the latent images.</summary>
    public int InChannels { get; init; } = 4;

    /// <summary>Channels of the tokens.</summary>
    public int HiddenSize { get; init; } = 1152;

    /// <summary>Transformer blocks.</summary>
    public int Depth { get; init; } = 28;

    /// <summary>Attention heads.</summary>
    public int NumHeads { get; init; } = 16;

    /// <summary>Channels between the feed-forward layers in units of <see cref="HiddenSize"/>.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>Probability that a label is dropped in training; above 0 there is a label that means "any".</summary>
    public double ClassDropoutProb { get; init; } = 0.1;

    /// <summary>Number of classes.</summary>
    public int NumClasses { get; init; } = 1000;

    /// <summary>Whether the variance is learned, so that there are twice as many channels out as in.</summary>
    public bool LearnSigma { get; init; } = true;

    /// <summary>Reads constructor arguments as JSON.</summary>
    /// <exception cref="JsonException">The text is not JSON of this layout.</exception>
    public static OriginalDiTConfig FromJson(string json) => GuidedJson.Read<OriginalDiTConfig>(json);

    /// <summary>The same network in the terms of diffusers' configuration.</summary>
    /// <exception cref="ArgumentException">The channels do not divide into the heads.</exception>
    public DiTConfig ToDiT() => NumHeads < 1 || HiddenSize % NumHeads != 0
        ? throw new ArgumentException($"num_heads: expected a divisor of the {HiddenSize} channels of hidden_size; got {NumHeads}.")
        : new()
        {
            NumAttentionHeads = NumHeads,
            AttentionHeadDim = HiddenSize / NumHeads,
            InChannels = InChannels,
            OutChannels = LearnSigma ? 2 * InChannels : InChannels,
            NumLayers = Depth,
            SampleSize = InputSize,
            PatchSize = PatchSize,
            NumEmbedsAdaNorm = NumClasses,
            NormEps = 1e-6,
            SharedEmbedding = true,
            FreqShift = 0,
            MlpRatio = MlpRatio,
            HasNullLabel = ClassDropoutProb > 0,
        };

    /// <inheritdoc/>
    public override DiffusionTransformer Create(ulong seed = 0) => new(ToDiT(), seed);

    /// <inheritdoc/>
    public override OriginalDiTConfig For(NetworkNeeds needs) => this with
    {
        InputSize = needs.Height == needs.Width ? needs.Height : throw new ArgumentException(
            $"network: a DiT is made for square images; got {needs.Height}×{needs.Width}.", nameof(needs)),
        InChannels = needs.Channels,
        LearnSigma = needs.LearnedVariance,
        NumClasses = needs.Labels ?? 1,
        ClassDropoutProb = 0,
    };

    /// <inheritdoc/>
    public override string ToJson() => GuidedJson.Write(this);
}
