using Brownian.Spacing;

namespace Brownian.Objectives;

/// <summary>
/// A consistency model (Song et al. 2023): x̂0 is the same at two neighbouring levels of one trajectory, and at clean data it is the data; then
/// x̂0 at pure noise is where the trajectory ends, and sampling takes one step.
/// </summary>
/// <remarks>
/// The consistency function is the belief x̂0 of any parameterization, for all of them read clean data as themselves; EDM's on EDM's path has
/// the paper's c_skip and c_out for σ_min → 0. The target is the network itself, held fixed (Song and Dhariwal 2024, section 3.2).
/// </remarks>
public abstract record ConsistencyObjective : Objective
{
    /// <summary>Which levels are neighbours, see <see cref="SpacingCatalog"/>.</summary>
    public string Spacing { get; init; } = "trailing";

    /// <summary>Number of steps between pure noise and clean data at the start of training, s0 ≥ 1.</summary>
    public int FirstSteps { get; init; } = 10;

    /// <summary>Number of steps at its end, s1; it doubles at equal parts of the budget (Song and Dhariwal 2024, eq. 16).</summary>
    public int LastSteps { get; init; } = 1280;

    /// <summary>Mean of ln(σ/α) of the levels visited; null to visit all steps equally often.</summary>
    public double? LogMean { get; init; }

    /// <summary>Standard deviation of ln(σ/α) of the levels visited, &gt; 0.</summary>
    public double LogStd { get; init; } = 2;

    /// <summary>What each pair counts.</summary>
    public ConsistencyWeight Weight { get; init; }

    /// <summary>c = HuberScale·√D of the pseudo-Huber distance √(‖Δ‖² + c²) − c, D numbers a sample (Song and Dhariwal 2024, section 3.3), &gt; 0.</summary>
    public double HuberScale { get; init; } = 0.00054;

    /// <summary>The number of steps when a part of the budget is used.</summary>
    /// <param name="progress">In [0, 1].</param>
    public int StepsAt(double progress)
    {
        var doublings = Math.Log2((double)LastSteps / FirstSteps);
        var done = Math.Floor(progress * (Math.Floor(doublings) + 1));
        return (int)Math.Min(LastSteps, FirstSteps * Math.Pow(2, done));
    }

    private protected void Check(DiffusionModel model)
    {
        if (FirstSteps < 1 || LastSteps < FirstSteps || !(LogStd > 0) || !(HuberScale > 0))
        {
            throw new ArgumentException(
                $"objective: expected 1 <= first_steps <= last_steps, log_std > 0 and huber_scale > 0; got {FirstSteps}, {LastSteps}, {LogStd}, {HuberScale}.");
        }

        _ = SpacingCatalog.Find(Spacing);
        Distillation.CheckReadable(model, "consistency");
    }
}
