using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// Langevin steps at one noise level, x ← x + a·score + √(2a)·z, which bring the data's distribution nearer to the level's (Song et al. 2021,
/// Algorithms 4 and 5).
/// </summary>
/// <param name="SignalToNoise">r &gt; 0, by which the step's size a is chosen.</param>
/// <param name="Steps">Steps at each level, one network call each.</param>
public abstract record Corrector(double SignalToNoise, int Steps)
{
    /// <summary>r &gt; 0.</summary>
    public double SignalToNoise { get; init; } = SignalToNoise > 0
        ? SignalToNoise
        : throw new ArgumentOutOfRangeException(nameof(SignalToNoise), SignalToNoise, "corrector: expected a signal-to-noise ratio above 0, about 0.16.");

    /// <summary>Steps at each level, at least 1.</summary>
    public int Steps { get; init; } = Steps >= 1
        ? Steps
        : throw new ArgumentOutOfRangeException(nameof(Steps), Steps, "corrector: expected at least one step; leave the corrector out for none.");

    /// <summary>
    /// As in score_sde's code, for reproducing numbers that were made so: on the VP path a is multiplied by 1 − β of a table of N values, and
    /// lengths are averaged over the batch, so that a sample depends on its neighbours.
    /// </summary>
    public bool AsScoreSde { get; init; }

    /// <summary>Data at <paramref name="at"/>, nearer to its distribution, [N, …].</summary>
    /// <param name="run">Belief, noise and levels.</param>
    /// <param name="xt">Data at <paramref name="at"/>, [N, …]; borrowed.</param>
    /// <param name="at">The level; not clean.</param>
    public Tensor Correct(SamplingRun run, Tensor xt, NoiseLevel at)
    {
        var shrink = AsScoreSde && run.Schedule.Path is VariancePreserving path ? Math.Sqrt(1 - ScoreSdeTable.Beta(path, at, run.Schedule.Steps)) : 1;
        var x = xt;
        for (var i = 0; i < Steps; i++)
        {
            var epsilon = run.Denoiser.Denoise(x, at).Epsilon;
            x = Move(x, epsilon, run.Noise.NormalLike(x), at, shrink);
        }

        return x;
    }

    /// <summary>One step, [N, …].</summary>
    /// <param name="x">The data, [N, …].</param>
    /// <param name="epsilon">The noise believed in, [N, …]; the score is −ε/σ.</param>
    /// <param name="noise">Fresh noise, [N, …].</param>
    /// <param name="at">The level.</param>
    /// <param name="shrink">√(1 − β) of the step from the level; 1 for none.</param>
    private protected abstract Tensor Move(Tensor x, Tensor epsilon, Tensor noise, NoiseLevel at, double shrink);
}
