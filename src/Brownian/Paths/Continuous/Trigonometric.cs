using System.Text.Json.Serialization;

namespace Brownian.Paths;

/// <summary>
/// The quarter circle α = cos(πt/2), σ = sin(πt/2), time in [0, 1]: the cosine path in continuous time (Salimans and Ho 2022; v-diffusion), whose
/// velocity is v.
/// </summary>
public sealed record Trigonometric : ContinuousPath
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override NoiseLevel Noisiest => At(1);

    /// <inheritdoc/>
    [JsonIgnore]
    public override NoiseLevel Cleanest => At(1e-3);

    /// <inheritdoc/>
    /// <remarks>At time 1 the cosine is exactly 0.</remarks>
    public override NoiseLevel At(double time) =>
        new(time, double.CosPi(CheckTime(time, 0, 1) / 2), double.SinPi(time / 2));

    /// <inheritdoc/>
    public override NoiseLevel AtNoiseToSignal(double ratio)
    {
        var signal = 1 / Math.Sqrt(1 + ratio * ratio);
        return double.IsInfinity(CheckRatio(ratio)) ? Noisiest : new(2 * double.AtanPi(ratio), signal, ratio * signal);
    }

    /// <inheritdoc/>
    public override (double Alpha, double Sigma) RateAt(double time) =>
        (-Math.PI / 2 * double.SinPi(time / 2), Math.PI / 2 * double.CosPi(time / 2));
}
