using System.Text.Json.Serialization;

namespace Brownian.Paths;

/// <summary>How the noise-to-signal ratio of a <see cref="ScaledPath"/> grows with time.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SigmaClock>))]
public enum SigmaClock
{
    /// <summary>σ/α = t (EDM).</summary>
    Linear,

    /// <summary>σ/α = √t (the VE of Karras et al. 2022, table 1).</summary>
    SquareRoot,

    /// <summary>(σ/α)² = exp(½·β_d·t² + β_min·t) − 1 (VP).</summary>
    Vp,
}
