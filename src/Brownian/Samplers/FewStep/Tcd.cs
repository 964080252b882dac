using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// Trajectory consistency sampling (Zheng et al. 2024, Algorithm 2, "strategic stochastic sampling"): down the trajectory to a part of the next
/// level's time, and fresh noise up to that level.
/// </summary>
/// <param name="Gamma">γ in [0, 1]: 0 is deterministic, 1 is consistency sampling; "eta" in diffusers.</param>
public sealed record Tcd(double Gamma = 0.3) : OneStepSampler
{
    /// <summary>γ in [0, 1].</summary>
    public double Gamma { get; init; } = Gamma is >= 0 and <= 1
        ? Gamma
        : throw new ArgumentOutOfRangeException(nameof(Gamma), Gamma, "TCD: expected γ in [0, 1], from deterministic to consistency sampling.");

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var below = to.IsClean ? to : Below(run.Schedule.Path, to);
        var belief = run.Denoiser.Denoise(xt, from);
        var reached = (belief.X0 * below.Alpha).add_(belief.Epsilon, alpha: below.Sigma);
        if (below == to)
        {
            return reached;
        }

        var up = ForwardStep.Between(to, below);
        return reached.mul_(up.Ratio).add_(run.Noise.NormalLike(xt), alpha: Math.Sqrt(Math.Max(0, up.Variance)));
    }

    /// <summary>The level at 1 − γ of the time; a whole step of a table.</summary>
    private NoiseLevel Below(GaussianPath path, NoiseLevel to)
    {
        if (Gamma == 0)
        {
            return to;
        }

        // In float32, as the reference code multiplies, so that 0.2·500 is 100 and not a step less.
        return path is DiscretePath
            ? path.At(MathF.Floor((float)(1 - Gamma) * (float)to.Time))
            : path.At(Math.Max((1 - Gamma) * to.Time, Math.Min(path.Cleanest.Time, to.Time)));
    }
}
