using Brownian.Paths;

namespace Brownian.Samplers;

/// <summary>A step's noise, told apart: Kept² + Fresh² = σ² of the level it ends at (Song et al. 2021, eq. 16; k-diffusion's σ_down and σ_up).</summary>
/// <param name="Kept">The part that is the noise of before, in data units.</param>
/// <param name="Fresh">The part that is drawn, in data units.</param>
internal readonly record struct AncestralSplit(double Kept, double Fresh)
{
    /// <summary>The split of a step.</summary>
    /// <param name="from">Where it starts.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="eta">0: nothing is drawn; 1: as much as in ancestral sampling.</param>
    public static AncestralSplit Of(NoiseLevel from, NoiseLevel to, double eta)
    {
        var fresh = eta == 0 || to.IsClean ? 0 : Math.Min(to.Sigma, eta * Math.Sqrt(Math.Max(0, Posterior.Between(from, to).Variance)));
        return new(fresh == 0 ? to.Sigma : Math.Sqrt(Math.Max(0, to.Sigma * to.Sigma - fresh * fresh)), fresh);
    }
}
