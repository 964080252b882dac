using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>
/// A consistency model's F (Song et al. 2023, eq. 5 and appendix C): EDM's preconditioning, changed so that data at the smallest noise are
/// answered with themselves; told 250·ln(σ/α).
/// </summary>
/// <param name="SigmaMin">The smallest σ/α, ε in the paper.</param>
/// <param name="SigmaData">The data's standard deviation.</param>
/// <remarks>In y = xt/α and s = σ/α, x0 = c_skip·y + c_out·F. At the smallest noise, where F does not count, its target is 0.</remarks>
public sealed record PredictConsistency(double SigmaMin = 0.002, double SigmaData = 0.5) : Parameterization
{
    private const double Smallest = 1e-15;

    /// <inheritdoc/>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at)
    {
        var (skip, scale) = Scales(at);
        return (x0 - skip * (x0 + Ratio(at) * epsilon)).div_(Denoised.OrInfinity(scale));
    }

    /// <inheritdoc/>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at)
    {
        var (skip, scale) = Scales(at);
        return Denoised.FromX0((skip / at.Alpha.clamp(min: Smallest) * xt).add_(scale * output), xt, at);
    }

    /// <inheritdoc/>
    /// <remarks>xt/α over √(s² + SigmaData²), multiplied out by α.</remarks>
    public override Tensor Input(Tensor xt, NoiseLevels at) =>
        xt / (at.Sigma.square() + at.Alpha.square() * (SigmaData * SigmaData)).sqrt();

    /// <inheritdoc/>
    public override Tensor Label(NoiseLevels at) => Ratio(at).clamp(min: Smallest).log().reshape(at.Time.shape) * (250 * TimeScale);

    private static Tensor Ratio(NoiseLevels at) => at.Sigma / at.Alpha.clamp(min: Smallest);

    /// <summary>c_skip and c_out.</summary>
    private (Tensor Skip, Tensor Output) Scales(NoiseLevels at)
    {
        var ratio = Ratio(at);
        var (above, square) = (ratio - SigmaMin, SigmaData * SigmaData);
        return (square / (above.square() + square), above * SigmaData / (ratio.square() + square).sqrt());
    }
}
