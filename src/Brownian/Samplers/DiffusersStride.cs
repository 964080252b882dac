using Brownian.Paths;

namespace Brownian.Samplers;

/// <summary>
/// diffusers' rule for the end of a step: the time minus Count/steps, whatever the spacing. With linspace spacing, and with trailing if the
/// number of steps does not divide the table, the next step does not begin there. For reproducing numbers that were made so.
/// </summary>
/// <param name="path">The table.</param>
/// <param name="steps">The number of steps.</param>
/// <param name="last">Where a step ends that would go below 0.</param>
internal sealed class DiffusersStride(DiscretePath path, int steps, NoiseLevel last)
{
    /// <summary>Count/steps, rounded down.</summary>
    public int Length { get; } = path.Count / steps;

    /// <summary>The rule for a run.</summary>
    /// <exception cref="ArgumentException">The path has no table.</exception>
    public static DiffusersStride Of(SamplingRun run) => new(
        run.Schedule.Path as DiscretePath ?? throw new ArgumentException(
            $"a sampler as diffusers: expected a discrete path; got {run.Schedule.Path.GetType().Name}. Leave out {nameof(Ddim.AsDiffusers)}."),
        run.Schedule.Steps,
        run.Schedule[^1]);

    /// <summary>Where a step from here ends.</summary>
    public NoiseLevel End(NoiseLevel from) => At(from.Time - Length);

    /// <summary>The level at a time; below 0 the end of the run.</summary>
    public NoiseLevel At(double time) => time >= 0 ? path.At(time) : last;
}
