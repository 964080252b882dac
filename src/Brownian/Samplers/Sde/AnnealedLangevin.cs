using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// Annealed Langevin dynamics (Song and Ermon 2019, Algorithm 1; 2020): at each level T steps y ← y + a·score + √(2a)·z with
/// a = ε·(s/s_L)², where s_L is the run's last noise. A run that ends at clean data ends with the expected data, the final denoising step.
/// </summary>
/// <param name="StepSize">ε > 0, a at the last level, in squared data units; null for that of NCSNv2's rule (<see cref="RecommendedStep"/>).</param>
/// <param name="StepsPerLevel">T; 100 in NCSN, 5 in NCSNv2 on CIFAR-10.</param>
/// <remarks>y = x/α and s = σ/α, in which every path is like NCSN's own.</remarks>
public sealed record AnnealedLangevin(double? StepSize = null, int StepsPerLevel = 5) : OneStepSampler
{
    /// <summary>ε > 0; null for NCSNv2's rule.</summary>
    public double? StepSize { get; init; } = StepSize is null or > 0
        ? StepSize
        : throw new ArgumentOutOfRangeException(nameof(StepSize), StepSize, "annealed Langevin: expected a step size above 0, such as 2e-5.");

    /// <summary>T, at least 1.</summary>
    public int StepsPerLevel { get; init; } = StepsPerLevel >= 1
        ? StepsPerLevel
        : throw new ArgumentOutOfRangeException(nameof(StepsPerLevel), StepsPerLevel, "annealed Langevin: expected at least one step at each level.");

    /// <summary>
    /// NCSNv2's rule (Song and Ermon 2020, Technique 4): the ε for which T steps leave noise of variance s² nearest to s², if the data are one
    /// point and came from the level above.
    /// </summary>
    /// <param name="last">s_L, the last level's σ.</param>
    /// <param name="ratio">γ > 1, the ratio of the σ of neighbours.</param>
    /// <param name="stepsPerLevel">T.</param>
    public static double RecommendedStep(double last, double ratio, int stepsPerLevel)
    {
        // With e = ε/s²: variance/s² = (1 − e)^2T·(γ² − q) + q, q = 2/(2 − e). It has one minimum in (0, 1); found by golden section in log e.
        double Variance(double logE)
        {
            var e = Math.Exp(logE);
            var q = 2 / (2 - e);
            return Math.Pow(1 - e, 2 * stepsPerLevel) * (ratio * ratio - q) + q;
        }

        var golden = (Math.Sqrt(5) - 1) / 2;
        var (low, high) = (Math.Log(1e-12), 0.0);
        while (high - low > 1e-9)
        {
            var (left, right) = (high - golden * (high - low), low + golden * (high - low));
            (low, high) = Variance(left) < Variance(right) ? (low, right) : (left, high);
        }

        return last * last * Math.Exp((low + high) / 2);
    }

    /// <inheritdoc/>
    protected override Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        if (from.Alpha == 0)
        {
            throw new UnsupportedLevelException(
                "annealed Langevin: expected levels with some signal; at pure noise σ/α is infinite, and so is the step. Start at a level below, "
                + "such as that of an exponential spacing.");
        }

        // In x: α²·a for y, so that a·score = −a·α²/σ·ε.
        var a = SizeAt(run, from) * from.Alpha * from.Alpha;
        var x = xt;
        for (var i = 0; i < StepsPerLevel; i++)
        {
            var epsilon = run.Denoiser.Denoise(x, from).Epsilon;
            x = x.add(epsilon, alpha: -a / from.Sigma).add_(run.Noise.NormalLike(x), alpha: Math.Sqrt(2 * a));
        }

        return to.IsClean ? run.Denoiser.Denoise(x, from).X0.alias() : to.Alpha == from.Alpha ? x : x * (to.Alpha / from.Alpha);
    }

    private double SizeAt(SamplingRun run, NoiseLevel at)
    {
        var schedule = run.Schedule;
        var lastIndex = schedule[^1].IsClean ? schedule.Steps - 1 : schedule.Steps;
        var last = schedule[lastIndex].NoiseToSignal;
        var growth = at.NoiseToSignal / last;
        if (StepSize is { } size)
        {
            return size * growth * growth;
        }

        var first = schedule.First(level => level.Alpha > 0).NoiseToSignal;
        var ratio = lastIndex == 0 ? 1 : Math.Pow(first / last, 1.0 / lastIndex);
        return RecommendedStep(last, Math.Max(ratio, 1 + 1e-6), StepsPerLevel) * growth * growth;
    }
}
