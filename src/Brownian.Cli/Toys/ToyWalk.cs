using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using SkiaSharp;
using static TorchSharp.torch;

namespace Brownian.Cli.Toys;

/// <summary>
/// Points on their way through the noise levels. They are shown as x_t·0.5/√(0.25 α² + σ²), so that a cloud of data and a cloud of noise have
/// the same width, whatever the path.
/// </summary>
/// <param name="Levels">The levels in the order of the walk.</param>
/// <param name="Points">The points at each, as they are shown.</param>
internal sealed record ToyWalk(IReadOnlyList<NoiseLevel> Levels, IReadOnlyList<SKPoint[]> Points)
{
    /// <summary>What a point is divided by to be shown.</summary>
    public static double Unit(NoiseLevel at) =>
        Math.Sqrt(at.Alpha * at.Alpha * ToyData.Deviation * ToyData.Deviation + at.Sigma * at.Sigma) / ToyData.Deviation;

    /// <summary>Points as they are shown.</summary>
    public static SKPoint[] Shown(Tensor x, NoiseLevel at)
    {
        using var scope = NewDisposeScope();
        var numbers = (x / Unit(at)).to(ScalarType.Float32).contiguous().data<float>().ToArray();
        return [.. Enumerable.Range(0, numbers.Length / 2).Select(i => new SKPoint(numbers[2 * i], numbers[2 * i + 1]))];
    }

    /// <summary>The forward process: real Brownian motion, each step with noise of its own.</summary>
    /// <param name="x0">Data, [N, 2].</param>
    /// <param name="levels">From clean data on, ascending noise.</param>
    /// <param name="noise">Where the steps come from.</param>
    public static ToyWalk Forward(Tensor x0, IReadOnlyList<NoiseLevel> levels, INoise noise)
    {
        using var scope = NewDisposeScope();
        var points = new List<SKPoint[]> { Shown(x0, levels[0]) };
        var x = x0;
        for (var i = 1; i < levels.Count; i++)
        {
            var (to, from) = (levels[i - 1], levels[i]);
            var variance = Posterior.Between(from, to).StepVariance;
            x = from.Alpha / to.Alpha * x + Math.Sqrt(variance) * noise.NormalLike(x);
            points.Add(Shown(x, from));
        }

        return new(levels, points);
    }

    /// <summary>A sampler at work.</summary>
    /// <param name="sampler">The method.</param>
    /// <param name="denoiser">The belief.</param>
    /// <param name="schedule">Its levels.</param>
    /// <param name="start">Noise at the first level, [N, 2].</param>
    /// <param name="noise">Where the steps come from.</param>
    /// <returns>The walk and its end, [N, 2].</returns>
    public static (ToyWalk Walk, Tensor End) Reverse(Sampler sampler, IDenoiser denoiser, NoiseSchedule schedule, Tensor start, INoise noise)
    {
        var points = new List<SKPoint[]> { Shown(start, schedule[0]) };
        var end = sampler.Run(denoiser, start, schedule, noise, (step, _, x) => points.Add(Shown(x, schedule[step])));
        return (new([.. schedule], points), end);
    }
}
