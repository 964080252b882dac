using static TorchSharp.torch;

namespace Brownian.Ode;

/// <summary>Any Runge–Kutta method in steps of equal length.</summary>
/// <param name="Tableau">The method.</param>
/// <param name="Steps">How many steps, at least 1.</param>
public sealed record FixedSteps(ButcherTableau Tableau, int Steps = 1) : OdeSolver
{
    /// <inheritdoc/>
    private protected override void Walk(OdeRun run)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Steps, 1);
        var start = run.Time;
        for (var i = 1; i <= Steps; i++)
        {
            using var scope = NewDisposeScope();
            var to = i == Steps ? run.End : start + (run.End - start) * i / Steps;
            var slopes = run.Slopes(Tableau, to, run.Slope(run.Time, run.State));
            run.Note(to, run.Moved(slopes, Tableau.Weights, to - run.Time), double.NaN, accepted: true);
        }
    }
}
