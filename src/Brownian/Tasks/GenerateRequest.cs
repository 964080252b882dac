using Brownian.Guidance;
using Brownian.Samplers;
using Brownian.Spacing;

namespace Brownian.Tasks;

/// <summary>What to generate, and how.</summary>
public sealed record GenerateRequest
{
    /// <summary>The shape of one sample, [C, H, W] for images.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>How many samples.</summary>
    public int Count { get; init; } = 1;

    /// <summary>
    /// How many samples go through the network at once. It changes speed and memory, not the noise of any sample. A sampler whose samples
    /// would influence each other (<see cref="Sampler.CouplesSamples"/>) takes them one by one.
    /// </summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Sample i draws all its noise from the stream of Seed + i.</summary>
    public ulong Seed { get; init; }

    /// <summary>The method.</summary>
    public Sampler Sampler { get; init; } = new DpmSolverPlusPlus();

    /// <summary>Which noise levels it visits.</summary>
    public ISpacing Spacing { get; init; } = new Karras();

    /// <summary>How many steps.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>What the samples are conditioned on: <see cref="Count"/> rows, borrowed. Null for none.</summary>
    public Condition? Condition { get; init; }

    /// <summary>The network's "any", <see cref="Count"/> rows with the same parts, borrowed; needed for guidance.</summary>
    public Condition? Unconditional { get; init; }

    /// <summary>The scale of classifier-free guidance; 1 for none.</summary>
    public double Guidance { get; init; } = 1;

    /// <summary>How the predicted data are kept in their range; null to leave them.</summary>
    public Thresholding? Thresholding { get; init; }

    /// <summary>Whether every step's data and predicted data are kept.</summary>
    public bool Trajectory { get; init; }
}
