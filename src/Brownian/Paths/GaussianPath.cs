using System.Text.Json.Serialization;

namespace Brownian.Paths;

/// <summary>
/// A forward process with Gaussian marginals: how much signal and how much noise remain at each time. (<see cref="BernoulliPath"/> has the same
/// moments and other marginals.)
/// </summary>
/// <remarks>Serialises to JSON as a small record; the property <c>kind</c> tells which path it is.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(DiscretePath), "discrete")]
[JsonDerivedType(typeof(VariancePreserving), "vp")]
[JsonDerivedType(typeof(SubVariancePreserving), "subvp")]
[JsonDerivedType(typeof(VarianceExploding), "ve")]
[JsonDerivedType(typeof(EdmPath), "edm")]
[JsonDerivedType(typeof(ScaledPath), "scaled")]
[JsonDerivedType(typeof(RectifiedFlow), "flow")]
[JsonDerivedType(typeof(SigmaTable), "ladder")]
[JsonDerivedType(typeof(Trigonometric), "trigonometric")]
[JsonDerivedType(typeof(BernoulliPath), "bernoulli")]
public abstract record GaussianPath
{
    /// <summary>The level at a time of the path's own clock.</summary>
    /// <exception cref="UnsupportedLevelException">The path has no such time.</exception>
    public abstract NoiseLevel At(double time);

    /// <summary>The level whose σ/α is <paramref name="ratio"/>, so that spacings made in σ (Karras, exponential) fit any path.</summary>
    /// <param name="ratio">σ/α ≥ 0; 0 is clean data, +∞ pure noise.</param>
    public abstract NoiseLevel AtNoiseToSignal(double ratio);

    /// <summary>The level where sampling starts: the noisiest on which a model is trained.</summary>
    [JsonIgnore]
    public abstract NoiseLevel Noisiest { get; }

    /// <summary>The least noisy level on which a model is trained (not yet clean).</summary>
    [JsonIgnore]
    public abstract NoiseLevel Cleanest { get; }

    /// <summary>The level of data without noise, (α, σ) = (1, 0).</summary>
    [JsonIgnore]
    public abstract NoiseLevel Clean { get; }

    /// <summary>
    /// The standard deviation of the pure noise from which sampling starts at <paramref name="start"/>: σ, or 1 where the forward process
    /// ends in N(0, I).
    /// </summary>
    public virtual double StartScale(NoiseLevel start) => start.Sigma;

    /// <summary>σ/α of a level of this path, for spacings; a path with tables takes it from them, so that no rounding comes in between.</summary>
    internal virtual double RatioOf(NoiseLevel level) => level.NoiseToSignal;

    /// <summary>A number of [0, ∞) or an error that teaches.</summary>
    private protected static double CheckRatio(double ratio) => ratio >= 0
        ? ratio
        : throw new UnsupportedLevelException($"noise level: expected σ/α ≥ 0; got {ratio}.");
}
