using System.Text.Json.Serialization;

namespace Brownian.Paths;

/// <summary>The straight path x_t = (1 − t)·x0 + t·ε of rectified flow and flow matching (Liu et al. 2022; Lipman et al. 2022), time in [0, 1].</summary>
public sealed record RectifiedFlow : ContinuousPath
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override NoiseLevel Noisiest => At(1);

    /// <inheritdoc/>
    [JsonIgnore]
    public override NoiseLevel Cleanest => At(1e-3);

    /// <inheritdoc/>
    public override NoiseLevel At(double time) => new(time, 1 - CheckTime(time, 0, 1), time);

    /// <inheritdoc/>
    public override NoiseLevel AtNoiseToSignal(double ratio) =>
        double.IsInfinity(CheckRatio(ratio)) ? Noisiest : new(ratio / (1 + ratio), 1 / (1 + ratio), ratio / (1 + ratio));

    /// <inheritdoc/>
    public override (double Alpha, double Sigma) RateAt(double time) => (-1, 1);
}
