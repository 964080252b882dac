using Brownian.Paths;

namespace Brownian.Samplers;

/// <summary>
/// score_sde's discretisations: tables of N values for VP (DDPM's β) and VE (NCSN's σ), made from the path's ends and not from the levels of the
/// run, and steps of length 1/N for the rest.
/// </summary>
internal static class ScoreSdeTable
{
    /// <summary>The path of a run, in continuous time [0, 1], or an error that teaches.</summary>
    public static ContinuousPath PathOf(SamplingRun run) => run.Schedule.Path is ContinuousPath { Noisiest.Time: 1 } path
        ? path
        : throw new ArgumentException(
            $"as score_sde: expected one of its paths, whose time is [0, 1] ({nameof(VariancePreserving)}, {nameof(SubVariancePreserving)}, "
            + $"{nameof(VarianceExploding)}); got {run.Schedule.Path.GetType().Name}. Leave out AsScoreSde.");

    /// <summary>The forward step that its reverse-diffusion sampler turns round.</summary>
    /// <param name="path">The path.</param>
    /// <param name="from">The level now.</param>
    /// <param name="count">N, the number of steps.</param>
    public static ForwardStep Step(ContinuousPath path, NoiseLevel from, int count)
    {
        switch (path)
        {
            case VariancePreserving vp:
                var beta = Beta(vp, from, count);
                return new(Math.Sqrt(1 - beta), beta);
            case VarianceExploding ve:
                var (sigma, before) = Sigmas(ve, from, count);
                return new(1, sigma * sigma - before * before);
            default:
                return ForwardStep.Euler(path, from.Time, 1.0 / count);
        }
    }

    /// <summary>β of the level's entry.</summary>
    public static double Beta(VariancePreserving path, NoiseLevel from, int count)
    {
        var beta = Even(path.BetaMin / count, path.BetaMax / count, Index(from, count), count);
        return beta <= 1 ? beta : throw new ArgumentException(
            $"as score_sde: expected β of a step up to 1; with {count} steps it reaches {path.BetaMax / count}. Take at least {Math.Ceiling(path.BetaMax)} "
            + "steps, or leave out AsScoreSde.");
    }

    /// <summary>σ of the level's entry and of the one before, which is 0 before the first.</summary>
    public static (double Sigma, double Before) Sigmas(VarianceExploding path, NoiseLevel from, int count)
    {
        var index = Index(from, count);
        double Sigma(int i) => Math.Exp(Even(Math.Log(path.SigmaMin), Math.Log(path.SigmaMax), i, count));
        return (Sigma(index), index == 0 ? 0 : Sigma(index - 1));
    }

    // float32, as the reference computes it: the product may lie on either side of a whole number.
    private static int Index(NoiseLevel from, int count) => (int)((float)from.Time * (count - 1));

    private static double Even(double first, double last, int i, int count) => count == 1 ? first : first + (last - first) * i / (count - 1);
}
