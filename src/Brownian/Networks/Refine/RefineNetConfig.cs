namespace Brownian.Networks.Refine;

/// <summary>
/// The configuration of a <see cref="RefineNet"/>. The defaults are NCSNv2 as for CIFAR-10; <see cref="Ncsn"/> is the first NCSN.
/// </summary>
public sealed record RefineNetConfig() : NetworkConfig("RefineNet")
{
    /// <summary>Side of the images, in pixels. Says what the network was trained on; any size that divides is accepted.</summary>
    public int SampleSize { get; init; } = 32;

    /// <summary>Channels of the images.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Whether the input is mapped from [0, 1] to [−1, 1] first, as the papers do.</summary>
    public bool CenterInputSample { get; init; }

    /// <summary>Channels of the first level.</summary>
    public int ModelChannels { get; init; } = 128;

    /// <summary>"standard" (up to 64 pixels), "deeper" (96 to 128) or "deepest" (256): four, five or six levels.</summary>
    public string Depth { get; init; } = "standard";

    /// <summary>
    /// Whether the norms have scale and shift for each noise level (NCSN), rather than the output being divided by its σ (NCSNv2).
    /// </summary>
    public bool IsConditional { get; init; }

    /// <summary>"InstanceNorm++", "InstanceNorm", "BatchNorm", "VarianceNorm" or "NoneNorm".</summary>
    public string Normalization { get; init; } = "InstanceNorm++";

    /// <summary>"elu", "relu", "lrelu" or "silu".</summary>
    public string ActFn { get; init; } = "elu";

    /// <summary>Whether the weights of inner convolutions are divided by their largest singular value (Miyato et al. 2018).</summary>
    public bool SpectralNorm { get; init; }

    /// <summary>L, the number of noise levels. Label 0 is the noisiest.</summary>
    public int SigmaCount { get; init; } = 232;

    /// <summary>σ of label 0, in units of the images.</summary>
    public double SigmaMax { get; init; } = 50;

    /// <summary>σ of label L − 1.</summary>
    public double SigmaMin { get; init; } = 0.01;

    /// <summary>Whether σ falls by equal differences rather than by equal factors.</summary>
    public bool SigmaUniform { get; init; }

    /// <summary>The first NCSN (Song and Ermon 2019) as for CIFAR-10.</summary>
    public static RefineNetConfig Ncsn { get; } = new() { IsConditional = true, SigmaCount = 10, SigmaMax = 1 };

    /// <inheritdoc/>
    public override RefineNet Create(ulong seed = 0) => new(this, seed);

    /// <inheritdoc/>
    public override RefineNetConfig For(NetworkNeeds needs)
    {
        if (needs.Labels is not null || needs.LearnedVariance)
        {
            throw new ArgumentException(
                "RefineNet: expected images without class labels and a network without learned variance, which it cannot have. "
                + "Leave both out, or take another kind of network.", nameof(needs));
        }

        return this with
        {
            SampleSize = needs.Width,
            InChannels = needs.Channels,
            SigmaCount = needs.Levels ?? throw new ArgumentException(
                "RefineNet: expected a path of numbered levels, such as a ladder of σ; this one is continuous.", nameof(needs)),
        };
    }
}
