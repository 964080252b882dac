using Brownian.Parameterizations;

namespace Brownian.Objectives;

/// <summary>(σ² + σ_data²)/(σ·σ_data)² on the error of x0, with σ for σ/α, whatever the network outputs (Karras et al. 2022, table 1).</summary>
/// <param name="SigmaData">Standard deviation of the data, σ_data &gt; 0.</param>
public sealed record EdmWeight(double SigmaData = 0.5) : LossWeight
{
    /// <inheritdoc/>
    public override double[]? Factors(IReadOnlyList<NoiseLevel> levels, Parameterization parameterization) =>
        FromX0(levels, parameterization, level =>
        {
            var (variance, data) = (level.NoiseToSignal * level.NoiseToSignal, SigmaData * SigmaData);
            return (variance + data) / (variance * data);
        });
}
