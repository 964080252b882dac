using Brownian.Checkpoints;
using Brownian.Paths;

namespace Brownian.Training;

/// <summary>Pictures made while training, always from the same seeds, so that they can be compared. They change nothing in the training.</summary>
public sealed record SamplesConfig
{
    /// <summary>Minutes between two grids; null for none by the clock.</summary>
    public double? EveryMinutes { get; init; } = 1;

    /// <summary>Steps between two grids; null for none by steps.</summary>
    public long? EverySteps { get; init; }

    /// <summary>Pictures in a grid.</summary>
    public int Count { get; init; } = 20;

    /// <summary>Names the noise that the pictures start from.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The method, such as <c>dpm++2m</c> or <c>heun</c>.</summary>
    public string Sampler { get; init; } = "dpm++2m";

    /// <summary>The levels it visits, such as <c>karras</c>; null for the method's own.</summary>
    public string? Spacing { get; init; }

    /// <summary>Steps of the sampler.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>Scale of classifier-free guidance; 1 for none.</summary>
    public double Guidance { get; init; } = 1;

    /// <summary>What a saved model recommends: how its pictures were made while training.</summary>
    internal RecommendedSampling Recommended(GaussianPath path)
    {
        var usual = RecommendedSampling.For(path);
        return usual with { Sampler = Sampler, Spacing = Spacing ?? usual.Spacing, Steps = Steps, Guidance = Guidance };
    }

    internal void Validate()
    {
        Range.Positive(EveryMinutes ?? 1, "samples.every_minutes");
        Range.AtLeastOne(EverySteps ?? 1, "samples.every_steps");
        Range.AtLeastOne(Count, "samples.count");
        Range.AtLeastOne(Steps, "samples.steps");
        Range.NotNegative(Guidance, "samples.guidance");
    }
}
