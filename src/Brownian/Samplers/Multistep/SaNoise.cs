namespace Brownian.Samplers;

/// <summary>SA-Solver's τ: how much noise the reverse SDE has at each level (Xue et al. 2023, eq. 6). 0 is the ODE, 1 the usual SDE.</summary>
/// <param name="Amount">τ ≥ 0 inside the range; 0 outside.</param>
/// <param name="From">The smallest σ/α with noise.</param>
/// <param name="To">The largest.</param>
public sealed record SaNoise(double Amount = 1, double From = 0.05, double To = 1)
{
    /// <summary>τ of the step that starts here.</summary>
    public double At(NoiseLevel from) => from.NoiseToSignal >= From && from.NoiseToSignal <= To ? Amount : 0;
}
