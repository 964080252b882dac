using Brownian.Checkpoints;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;

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

    /// <summary>The method, see <see cref="SamplerCatalog"/>; null for the path's usual one.</summary>
    public string? Sampler { get; init; }

    /// <summary>Numbers of the method by name, such as <c>{snr: 0.16}</c>, see <see cref="SamplerOptions"/>; null for its own.</summary>
    public SamplerSettings? Options { get; init; }

    /// <summary>The levels it visits, see <see cref="SpacingCatalog"/>; null for the path's usual ones.</summary>
    public string? Spacing { get; init; }

    /// <summary>Steps of the sampler; null for the path's usual number.</summary>
    public int? Steps { get; init; }

    /// <summary>Scale of classifier-free guidance; 1 for none.</summary>
    public double Guidance { get; init; } = 1;

    /// <summary>The belief about the data is clipped to ± this number; null to leave it.</summary>
    public double? Clip { get; init; } = 1;

    /// <summary>What a saved model recommends: how its pictures were made while training.</summary>
    internal RecommendedSampling Recommended(GaussianPath path)
    {
        var usual = RecommendedSampling.For(path);
        return new(Sampler ?? usual.Sampler, Spacing ?? usual.Spacing, Steps ?? usual.Steps, Guidance, Clip) { Options = Options };
    }

    internal void Validate()
    {
        Range.Positive(EveryMinutes ?? 1, "samples.every_minutes");
        Range.AtLeastOne(EverySteps ?? 1, "samples.every_steps");
        Range.AtLeastOne(Count, "samples.count");
        Range.AtLeastOne(Steps ?? 1, "samples.steps");
        Range.NotNegative(Guidance, "samples.guidance");
        Range.Positive(Clip ?? 1, "samples.clip");
        CheckOptions();
        _ = Spacing is null ? null : SpacingCatalog.Find(Spacing);
    }

    private void CheckOptions()
    {
        var sampler = Sampler is null ? null : SamplerCatalog.Find(Sampler);
        if (Options is { Count: > 0 } options)
        {
            _ = SamplerOptions.Apply(
                sampler ?? throw new ArgumentException($"samples.options: expected a sampler that they are for; got {options} without samples.sampler."), options);
        }
    }
}
