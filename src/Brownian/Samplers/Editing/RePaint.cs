using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// RePaint (Lugmayr et al. 2022, Algorithm 1): DDIM steps that after each put the known part of an image, at the step's noise, into the data; and
/// steps back up, where the levels ascend (<see cref="Spacing.Jumps"/>), so that both parts have time to fit.
/// </summary>
/// <param name="Eta">η ≥ 0, the fraction of the ancestral noise; 1 in the paper.</param>
/// <remarks>Line 5 of the paper's algorithm has 1 − ᾱ for its root; its equation (8a) is right. Known pixels end as they are.</remarks>
public sealed record RePaint(double Eta = 1) : OneStepSampler
{
    /// <summary>What is known; null for sampling from nothing.</summary>
    public KnownPixels? Known { get; init; }

    /// <summary>
    /// As in diffusers' RePaintScheduler, for reproducing numbers that were made so: a step up multiplies by each β of the table from its end on, which
    /// is some steps too far, and noise is drawn also where none is used. Discrete paths only.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        if (to.NoiseToSignal > from.NoiseToSignal)
        {
            return AsDiffusers ? UpTheTable(run, xt, to) : Up(run, xt, from, to);
        }

        var fresh = Eta == 0 ? 0 : Eta * Math.Sqrt(Math.Max(0, Posterior.Between(from, to).Variance));
        var belief = run.Denoiser.Denoise(xt, from);

        // Known and unknown pixels never meet, so they share one draw.
        var noise = AsDiffusers || fresh > 0 || (Known is not null && !to.IsClean) ? run.Noise.NormalLike(xt) : null;
        var kept = Math.Sqrt(Math.Max(0, to.Sigma * to.Sigma - fresh * fresh));
        var made = (belief.X0 * to.Alpha).add_(belief.Epsilon, alpha: kept);
        if (fresh > 0)
        {
            made.add_(noise!, alpha: fresh);
        }

        return Known?.Paste(made, to, noise) ?? made;
    }

    private static Tensor Up(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var step = ForwardStep.Between(to, from);
        return (xt * step.Ratio).add_(run.Noise.NormalLike(xt), alpha: Math.Sqrt(Math.Max(0, step.Variance)));
    }

    private static Tensor UpTheTable(SamplingRun run, Tensor xt, NoiseLevel to)
    {
        var schedule = run.Schedule;
        var path = schedule.Path as DiscretePath ?? throw new ArgumentException(
            $"RePaint as diffusers: expected a discrete path; got {schedule.Path.GetType().Name}. Leave out {nameof(AsDiffusers)}.");
        var stride = (int)(schedule[0].Time - schedule[1].Time);
        var betas = path.Betas.Betas(path.Count);
        var x = xt;
        for (var i = 0; i < stride; i++)
        {
            var beta = betas[(long)to.Time + i].item<float>();
            x = (x * MathF.Sqrt(1 - beta)).add_(run.Noise.NormalLike(xt), alpha: MathF.Sqrt(beta));
        }

        return x;
    }
}
