namespace Brownian.Networks.Blocks;

/// <summary>The options of a <see cref="ResBlock"/>.</summary>
public sealed record ResBlockOptions
{
    /// <summary>Channels that come in.</summary>
    public required long InChannels { get; init; }

    /// <summary>Channels that go out.</summary>
    public required long OutChannels { get; init; }

    /// <summary>Width of the time embedding; null for a block that is not told the time.</summary>
    public long? EmbeddingChannels { get; init; }

    /// <summary>Groups of the first norm.</summary>
    public required long Groups { get; init; }

    /// <summary>Groups of the second norm; as the first when null.</summary>
    public long? GroupsOut { get; init; }

    /// <summary>ε of the norms.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>The nonlinearity.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>Probability that a feature is dropped before the second convolution, while training.</summary>
    public double Dropout { get; init; }

    /// <summary>Whether the time embedding scales and shifts after the second norm, rather than shifts before it.</summary>
    public bool ScaleShift { get; init; }

    /// <summary>What the sum of branch and shortcut is divided by.</summary>
    public double OutputScale { get; init; } = 1;

    /// <summary>A change of resolution inside the block.</summary>
    public Resample Resample { get; init; }

    /// <summary>The low-pass of FIR resampling, symmetric.</summary>
    public IReadOnlyList<double> FirKernel { get; init; } = Resampling.DefaultKernel;

    /// <summary>Whether the shortcut has a 1×1 convolution even where the channels agree.</summary>
    public bool ForceShortcut { get; init; }
}
