using Brownian.Paths;

namespace Brownian.Samplers;

/// <summary>One step of the forward process, x_from = Ratio·x_to + √Variance·z: what reverse-time methods turn round.</summary>
/// <param name="Ratio">The factor of the cleaner data.</param>
/// <param name="Variance">The variance of the noise that the step adds.</param>
internal readonly record struct ForwardStep(double Ratio, double Variance)
{
    /// <summary>The path's own step, exactly.</summary>
    public static ForwardStep Between(NoiseLevel from, NoiseLevel to)
    {
        var ratio = from.Alpha / to.Alpha;
        return new(ratio, from.Sigma * from.Sigma - ratio * ratio * to.Sigma * to.Sigma);
    }

    /// <summary>The Euler–Maruyama step of the path's SDE.</summary>
    /// <param name="path">A path in continuous time.</param>
    /// <param name="time">Where drift and diffusion are taken.</param>
    /// <param name="length">The step's length in time.</param>
    public static ForwardStep Euler(ContinuousPath path, double time, double length)
    {
        var (drift, diffusion) = path.SdeAt(time);
        if (!double.IsFinite(drift) || !double.IsFinite(diffusion))
        {
            throw new UnsupportedLevelException(
                $"reverse SDE: the drift of {path.GetType().Name} at time {time} is not finite: no signal is left there. Start a little later, or use "
                + $"{nameof(Ancestral)}, which needs levels only.");
        }

        return new(1 + drift * length, diffusion * length);
    }
}
