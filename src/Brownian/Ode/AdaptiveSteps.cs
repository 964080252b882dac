using static TorchSharp.torch;

namespace Brownian.Ode;

/// <summary>
/// An embedded Runge–Kutta pair that chooses its steps: with <see cref="ButcherTableau.DormandPrince"/> the control of scipy's RK45, step by
/// step (Hairer et al. 1993, II.4). The whole tensor shares its steps, and its error is the root mean square over all numbers in it.
/// </summary>
public sealed record AdaptiveSteps : OdeSolver
{
    private const double Safety = 0.9;
    private const double Shortest = 0.2;
    private const double Longest = 10;

    /// <summary>The pair; it must have embedded weights.</summary>
    public ButcherTableau Tableau { get; init; } = ButcherTableau.DormandPrince;

    /// <summary>rtol: a number y may be wrong by AbsoluteTolerance + RelativeTolerance·|y| in a step.</summary>
    public double RelativeTolerance { get; init; } = 1e-5;

    /// <summary>atol, in the unit of the state.</summary>
    public double AbsoluteTolerance { get; init; } = 1e-5;

    /// <summary>The length of the first step; null to choose it from the slopes at the start, at the price of one evaluation.</summary>
    public double? FirstStep { get; init; }

    /// <summary>The longest step allowed.</summary>
    public double LongestStep { get; init; } = double.PositiveInfinity;

    /// <summary>The solver gives up after so many evaluations of the slope.</summary>
    public int MostEvaluations { get; init; } = 20_000;

    /// <summary>float64 as in scipy, so that sums of many short steps do not round: null for the type of the start.</summary>
    public override ScalarType? StateType { get; init; } = ScalarType.Float64;

    // The error of the lower order decides: order 4 of Dormand–Prince gives the exponent −1/5.
    private double Exponent => -1.0 / (Tableau.EmbeddedOrder + 1);

    /// <inheritdoc/>
    private protected override void Walk(OdeRun run)
    {
        Check();
        using var slope = new Kept();
        var length = FirstLength(run, slope);
        while (run.Time != run.End)
        {
            length = Advance(run, slope, length);
        }
    }

    /// <summary>Moves on by one accepted step, after as many rejected ones as it takes; returns the length for the next.</summary>
    private double Advance(OdeRun run, Kept slope, double length)
    {
        var (factor, rejected) = (0.0, false);
        for (var accepted = false; !accepted; rejected = !accepted)
        {
            using var scope = NewDisposeScope();
            length = Allowed(run, length);
            var wanted = length;
            var to = run.Direction * (run.Time + run.Direction * length - run.End) > 0 ? run.End : run.Time + run.Direction * length;
            length = Math.Abs(to - run.Time);
            var slopes = run.Slopes(Tableau, to, slope.Value ?? run.Slope(run.Time, run.State));
            var next = run.Moved(slopes, Tableau.Weights, to - run.Time);
            var error = Error(run, slopes, next, to - run.Time);
            accepted = error < 1;
            factor = Factor(error, accepted, rejected);
            Keep(slope, slopes, accepted);
            run.Note(to, next, error, accepted);
            length *= factor;
            run.NextLength = Math.Max(length, accepted && to == run.End ? wanted : 0);
        }

        return length;
    }

    private double Factor(double error, bool accepted, bool rejected)
    {
        // Written so that NaN, from a step into nowhere, gives the shortest.
        var wanted = error == 0 ? Longest : Safety * Math.Pow(error, Exponent);
        return accepted ? Math.Min(rejected ? 1 : Longest, wanted) : wanted > Shortest ? wanted : Shortest;
    }

    private void Keep(Kept slope, Tensor[] slopes, bool accepted)
    {
        if (!accepted)
        {
            slope.Set(slopes[0]);
        }
        else if (Tableau.LastIsFirst)
        {
            slope.Set(slopes[^1]);
        }
        else
        {
            slope.Clear();
        }
    }

    /// <summary>The root mean square of the estimated error over what the tolerances allow.</summary>
    private double Error(OdeRun run, Tensor[] slopes, Tensor next, double step)
    {
        using var scope = NewDisposeScope();
        var difference = zeros_like(next);
        for (var i = 0; i < slopes.Length; i++)
        {
            var weight = Tableau.Embedded![i] - Tableau.Weights[i];
            if (weight != 0)
            {
                difference.add_(slopes[i], alpha: weight * step);
            }
        }

        return RootMeanSquare(difference.div_(Scale(maximum(run.State.abs(), next.abs()))));
    }

    /// <summary>The length of a first step that moves by about a hundredth of what the state and its curvature allow (Hairer et al. 1993, II.4).</summary>
    private double FirstLength(OdeRun run, Kept kept)
    {
        using var scope = NewDisposeScope();
        var slope = run.Slope(run.Time, run.State);
        kept.Set(slope);
        if (FirstStep is { } given)
        {
            return given;
        }

        var interval = Math.Abs(run.End - run.Time);
        var scale = Scale(run.State.abs());
        var (size, speed) = (RootMeanSquare(run.State / scale), RootMeanSquare(slope / scale));
        if (!double.IsFinite(speed))
        {
            throw new OdeFailedException("the slope is not finite", run.Time, run.End, run.Evaluations, "Look for NaN in the start, or in the model's output at that noise level.");
        }

        var trial = Math.Min(interval, size < 1e-5 || speed < 1e-5 ? 1e-6 : 0.01 * size / speed);
        var moved = run.State.add(slope, alpha: run.Direction * trial);
        var curvature = RootMeanSquare((run.Slope(run.Time + run.Direction * trial, moved) - slope) / scale) / trial;
        var length = speed <= 1e-15 && curvature <= 1e-15
            ? Math.Max(1e-6, trial * 1e-3)
            : Math.Pow(0.01 / Math.Max(speed, curvature), 1.0 / (Tableau.EmbeddedOrder + 1));
        return Math.Min(Math.Min(100 * trial, length), interval);
    }

    private Tensor Scale(Tensor magnitude) => (magnitude * RelativeTolerance).add_(AbsoluteTolerance);

    private static double RootMeanSquare(Tensor x) => Math.Sqrt(x.square().mean([], type: ScalarType.Float64).item<double>());

    /// <summary>The length, if a step of that length is possible.</summary>
    private double Allowed(OdeRun run, double length)
    {
        var least = 10 * Math.Abs(Math.BitIncrement(Math.Abs(run.Time)) - Math.Abs(run.Time));
        if (run.Evaluations + Tableau.Stages > MostEvaluations)
        {
            throw new OdeFailedException(
                $"{MostEvaluations} evaluations were not enough (steps are {length:g3} long)", run.Time, run.End, run.Evaluations,
                $"Loosen the tolerances (rtol {RelativeTolerance:g3}, atol {AbsoluteTolerance:g3}), end before the level where the slope grows without bound, or allow more.");
        }

        return run.Log.Count > 0 && !run.Log[^1].Accepted && length < least
            ? throw new OdeFailedException(
                $"the steps became too short ({length:g3})", run.Time, run.End, run.Evaluations,
                "The slope is not finite or not smooth there: look for NaN in the model's output, or end at a noisier level.")
            : Math.Clamp(length, least, Math.Max(least, LongestStep));
    }

    private void Check()
    {
        if (Tableau.Embedded is null)
        {
            throw new ArgumentException(
                $"ODE: expected a pair that estimates its error, such as {ButcherTableau.DormandPrince}; got {Tableau}. Use {nameof(FixedSteps)} for it.");
        }

        // Below this the rounding of double itself is larger than what is allowed.
        if (!(RelativeTolerance >= 2.3e-14) || !(AbsoluteTolerance >= 0) || !(FirstStep is null or > 0) || !(LongestStep > 0))
        {
            throw new ArgumentException(
                $"ODE: expected rtol ≥ 2.3e-14, atol ≥ 0, and steps above 0; got rtol {RelativeTolerance}, atol {AbsoluteTolerance}, "
                + $"first step {FirstStep?.ToString() ?? "none"}, longest step {LongestStep}.");
        }
    }
}
