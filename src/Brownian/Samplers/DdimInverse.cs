using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// DDIM from data to noise (Song et al. 2021, section 4.3): the latent from which DDIM makes the image again. The levels ascend (<see cref="Spacing.Reversed"/>).
/// </summary>
public sealed record DdimInverse : OneStepSampler
{
    /// <summary>
    /// How often a step is done again with the noise believed in at its end: the fixed point is the exact inverse of DDIM's step (Pan et al. 2023).
    /// One network call each.
    /// </summary>
    public int Refinements { get; init; }

    /// <summary>
    /// As in diffusers' DDIMInverseScheduler, for reproducing numbers that were made so: the network is told the time of the step's end, and a step
    /// begins Count/steps before it. Discrete paths only.
    /// </summary>
    public bool AsDiffusers { get; init; }

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var path = run.Schedule.Path;
        var start = AsDiffusers ? StrideStart(run, to) with { Time = to.Time } : from.IsClean ? new(path.Cleanest.Time, from.Alpha, from.Sigma) : from;
        var belief = run.Denoiser.Denoise(xt, start);
        var next = (belief.X0 * to.Alpha).add_(belief.Epsilon, alpha: to.Sigma);
        for (var i = 0; i < Refinements; i++)
        {
            var epsilon = run.Denoiser.Denoise(next, to).Epsilon;
            next = (xt * (to.Alpha / from.Alpha)).add_(epsilon, alpha: to.Sigma - from.Sigma * to.Alpha / from.Alpha);
        }

        return next;
    }

    private static NoiseLevel StrideStart(SamplingRun run, NoiseLevel to)
    {
        var path = run.Schedule.Path as DiscretePath ?? throw new ArgumentException(
            $"DDIM inverse as diffusers: expected a discrete path; got {run.Schedule.Path.GetType().Name}. Leave out {nameof(AsDiffusers)}.");
        var time = to.Time - path.Count / run.Schedule.Steps;
        return time >= 0 ? path.At(time) : run.Schedule[0];
    }
}
