using System.Text.Json.Serialization;

namespace Brownian.Paths;

/// <summary>A path with a time derivative; needed by ODE and SDE solvers that integrate over time.</summary>
public abstract record ContinuousPath : GaussianPath
{
    /// <summary>Data without noise, at time 0: also of a path that reaches it only in the limit, and whose own level at time 0 is its smallest.</summary>
    [JsonIgnore]
    public override NoiseLevel Clean => new(0, 1, 0);

    /// <summary>(dα/dt, dσ/dt).</summary>
    public abstract (double Alpha, double Sigma) RateAt(double time);

    /// <summary>The SDE <c>dx = Drift·x dt + √DiffusionSquared dw</c> whose marginals are this path (Song et al. 2021, eq. 5).</summary>
    public (double Drift, double DiffusionSquared) SdeAt(double time)
    {
        var (_, alpha, sigma) = At(time);
        var (alphaRate, sigmaRate) = RateAt(time);
        var drift = alphaRate / alpha;
        return (drift, 2 * sigma * sigmaRate - 2 * drift * sigma * sigma);
    }

    /// <summary>The time if it lies in [<paramref name="from"/>, <paramref name="to"/>], else an error that names the range.</summary>
    private protected double CheckTime(double time, double from, double to) => time >= from && time <= to
        ? time
        : throw new UnsupportedLevelException($"{GetType().Name}: expected a time in [{from}, {to}]; got {time}.");
}
