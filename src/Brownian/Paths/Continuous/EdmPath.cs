using System.Text.Json.Serialization;

namespace Brownian.Paths;

/// <summary>EDM's path (Karras et al. 2022, Table 1, last column): α = 1, and time is σ.</summary>
/// <param name="SigmaMin">The smallest σ at which sampling asks the model, in data units.</param>
/// <param name="SigmaMax">The σ at which sampling starts, in data units.</param>
public sealed record EdmPath(double SigmaMin = 0.002, double SigmaMax = 80) : ContinuousPath
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override NoiseLevel Noisiest => At(SigmaMax);

    /// <inheritdoc/>
    [JsonIgnore]
    public override NoiseLevel Cleanest => At(SigmaMin);

    /// <inheritdoc/>
    public override NoiseLevel At(double time) => new(time, 1, CheckTime(time, 0, double.MaxValue));

    /// <inheritdoc/>
    public override NoiseLevel AtNoiseToSignal(double ratio) => double.IsInfinity(CheckRatio(ratio)) ? Noisiest : At(ratio);

    /// <inheritdoc/>
    public override (double Alpha, double Sigma) RateAt(double time) => (0, 1);
}
