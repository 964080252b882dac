using System.Text.Json.Serialization;

namespace Brownian.Paths;

/// <summary>Score SDE's variance-exploding path (Song et al. 2021, eq. 9 and 31): α = 1, σ grows geometrically, time in [0, 1].</summary>
/// <param name="SigmaMin">σ at time 0, in data units.</param>
/// <param name="SigmaMax">σ at time 1, in data units; about the largest distance between two images.</param>
public sealed record VarianceExploding(double SigmaMin = 0.01, double SigmaMax = 50) : ContinuousPath
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override NoiseLevel Noisiest => At(1);

    /// <summary>Time 10⁻⁵, where score SDE stops training and sampling.</summary>
    [JsonIgnore]
    public override NoiseLevel Cleanest => At(1e-5);

    /// <inheritdoc/>
    public override NoiseLevel At(double time) => new(time, 1, SigmaMin * Math.Pow(SigmaMax / SigmaMin, CheckTime(time, 0, 1)));

    /// <inheritdoc/>
    public override NoiseLevel AtNoiseToSignal(double ratio) => CheckRatio(ratio) switch
    {
        0 => Clean,
        double.PositiveInfinity => Noisiest,
        _ => new(Math.Log(ratio / SigmaMin) / Math.Log(SigmaMax / SigmaMin), 1, ratio),
    };

    /// <inheritdoc/>
    public override (double Alpha, double Sigma) RateAt(double time) => (0, At(time).Sigma * Math.Log(SigmaMax / SigmaMin));
}
