using Brownian.Samplers;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Testing;

/// <summary>
/// Mean and variance of a sampler's result without sampling: with Gaussian data most samplers are affine maps of the start and of each draw of
/// noise, whose factors are found by asking for each alone.
/// </summary>
public static class LinearMoments
{
    /// <summary>The moments of the result.</summary>
    /// <param name="sampler">A sampler whose steps are affine in the data and the noise, sample by sample.</param>
    /// <param name="oracle">The belief; affine in the data.</param>
    /// <param name="schedule">The levels.</param>
    /// <param name="mean">The mean of the start.</param>
    /// <param name="variance">The variance of the start.</param>
    public static (double Mean, double Variance) Of(Sampler sampler, IDenoiser oracle, NoiseSchedule schedule, double mean, double variance)
    {
        using var scope = NewDisposeScope();
        var none = new UnitDraws();
        sampler.Run(oracle, zeros(1, 1, dtype: ScalarType.Float64), schedule, none);
        var start = full(none.Count + 2, 1, mean, dtype: ScalarType.Float64);
        start[1, 0] = mean + 1;
        var end = sampler.Run(oracle, start, schedule, new UnitDraws()).data<double>().ToArray();
        var factors = end.Skip(1).Select(value => value - end[0]).ToArray();
        return (end[0], factors[0] * factors[0] * variance + factors.Skip(1).Sum(factor => factor * factor));
    }

    /// <summary>Draw k is 1 for sample k + 2, and 0 for all others.</summary>
    private sealed class UnitDraws : INoise
    {
        public int Count { get; private set; }

        public Tensor NormalLike(Tensor like)
        {
            var draw = zeros_like(like);
            var row = Count++ + 2;
            if (row < like.size(0))
            {
                draw[row] = 1;
            }

            return draw;
        }
    }
}
