using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>
/// EDM's F (Karras et al. 2022, eq. 7 and Table 1, last column), carried to any (α, σ): the network sees inputs and learns targets of unit
/// variance, and is told ln(σ/α)/4 unless <see cref="Parameterization.Told"/> is <see cref="NoiseLabel.Angle"/>.
/// </summary>
/// <param name="SigmaData">The standard deviation of the data.</param>
/// <remarks>With S² = σ² + α²·SigmaData², the paper's formulas multiplied out by α, so that neither end divides by 0.</remarks>
public sealed record PredictEdm(double SigmaData = 0.5) : Parameterization
{
    /// <summary>Whether the network outputs −F, which has the sign of v (diffusers' "v_prediction" for EDM, CosXL).</summary>
    public bool Negative { get; init; }

    private double Unit => Negative ? -SigmaData : SigmaData;

    /// <inheritdoc/>
    /// <remarks>F = (σ·x0 − SigmaData²·α·ε)/(SigmaData·S).</remarks>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at)
    {
        var total = Total(at);
        return (at.Sigma / (Unit * total) * x0).sub_(Unit * at.Alpha / total * epsilon);
    }

    /// <inheritdoc/>
    /// <remarks>x0 = SigmaData²·α/S²·xt + σ·SigmaData/S·F, ε = σ/S²·xt − α·SigmaData/S·F.</remarks>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at)
    {
        var total = Total(at);
        var square = total.square();
        return new(
            (SigmaData * SigmaData * at.Alpha / square * xt).add_(Unit * at.Sigma / total * output),
            (at.Sigma / square * xt).sub_(Unit * at.Alpha / total * output));
    }

    /// <inheritdoc/>
    public override Tensor Input(Tensor xt, NoiseLevels at) => xt / Total(at);

    /// <inheritdoc/>
    public override Tensor Label(NoiseLevels at) => Told == NoiseLabel.Angle ? base.Label(at) : LogRatio(at) * TimeScale;

    private Tensor Total(NoiseLevels at) => (at.Sigma.square() + at.Alpha.square() * (SigmaData * SigmaData)).sqrt();
}
