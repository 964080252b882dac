using System.Text.Json.Serialization;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>What a network is trained to output, and how a belief is read from it.</summary>
/// <remarks>
/// Finite at both ends of every path: at a clean level (σ = 0) the noise that cannot be read is 0, and at pure noise (α = 0) the data that
/// cannot be read is 0, the mean of normalised data. Serialises to JSON; the property <c>kind</c> tells which one it is.
/// </remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(PredictEpsilon), "epsilon")]
[JsonDerivedType(typeof(PredictX0), "x0")]
[JsonDerivedType(typeof(PredictV), "v")]
[JsonDerivedType(typeof(PredictScore), "score")]
[JsonDerivedType(typeof(PredictFlow), "flow")]
[JsonDerivedType(typeof(PredictEdm), "edm")]
[JsonDerivedType(typeof(PredictVpEpsilon), "edm_vp")]
[JsonDerivedType(typeof(PredictVeEpsilon), "edm_ve")]
[JsonDerivedType(typeof(PredictIddpmEpsilon), "edm_iddpm")]
[JsonDerivedType(typeof(PredictConsistency), "consistency")]
[JsonDerivedType(typeof(PredictBit), "bit")]
[JsonDerivedType(typeof(PredictPrevious), "previous")]
public abstract record Parameterization
{
    /// <summary>What the network is told.</summary>
    public NoiseLabel Told { get; init; }

    /// <summary>Added to what the network is told: −1 times the time and Count − 1 more is how NCSN's networks count the rungs of their ladder.</summary>
    public double LabelOffset { get; init; }

    /// <summary>
    /// What the network is told for one unit of the path's time (or of σ): 1 for steps and σ; 999 for a network with DDPM's embedding on a path whose
    /// time is [0, 1] (score SDE).
    /// </summary>
    public double TimeScale { get; init; } = 1;

    /// <summary>Stands for 0 in the logarithm.</summary>
    private const double Smallest = 1e-15;

    /// <summary>What the network should output, [N, …], for data <paramref name="x0"/> and noise <paramref name="epsilon"/>, [N, …].</summary>
    public abstract Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at);

    /// <summary>The belief in the network's <paramref name="output"/>, [N, …], for <paramref name="xt"/>, [N, …].</summary>
    public abstract Denoised Read(Tensor output, Tensor xt, NoiseLevels at);

    /// <summary>What the network is shown instead of <paramref name="xt"/>, [N, …].</summary>
    public virtual Tensor Input(Tensor xt, NoiseLevels at) => xt.alias();

    /// <summary>What the network is told about the noise, [N] or [].</summary>
    public virtual Tensor Label(NoiseLevels at)
    {
        var told = Told switch
        {
            NoiseLabel.Sigma => at.Sigma.reshape(at.Time.shape),
            NoiseLabel.LogRatio => LogRatio(at),
            NoiseLabel.Angle => at.Sigma.atan2(at.Alpha).mul_(2 / Math.PI).reshape(at.Time.shape),
            _ => at.Time.alias(),
        };
        return TimeScale == 1 && LabelOffset == 0 ? told : told * TimeScale + LabelOffset;
    }

    /// <summary>The same for a model on a path: what depends on the path takes what it needs.</summary>
    /// <exception cref="ArgumentException">The path has not what this output needs.</exception>
    internal virtual Parameterization On(GaussianPath path) => this;

    /// <summary>EDM's label, ln(σ/α)/4 (Karras et al. 2022, Table 1, c_noise), [N] or [].</summary>
    private protected Tensor LogRatio(NoiseLevels at) =>
        (at.Sigma.clamp(min: Smallest) / at.Alpha.clamp(min: Smallest)).log().reshape(at.Time.shape) / 4;
}
