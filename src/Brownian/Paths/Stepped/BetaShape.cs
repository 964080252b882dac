using System.Text.Json.Serialization;

namespace Brownian.Paths;

/// <summary>How β grows over the steps of a discrete path.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BetaShape>))]
public enum BetaShape
{
    /// <summary>Evenly from start to end (Ho et al. 2020).</summary>
    Linear,

    /// <summary>√β evenly from √start to √end (latent diffusion, Rombach et al. 2022).</summary>
    ScaledLinear,

    /// <summary>ᾱ(t) = cos²((t + 0.008)/1.008 · π/2), β ≤ 0.999 (Nichol and Dhariwal 2021, eq. 17). Start and end are not used.</summary>
    Cosine,

    /// <summary>A sigmoid from start to end over ±6 (Xu et al. 2022, GeoDiff).</summary>
    Sigmoid,

    /// <summary>ᾱ(t) = e^(−12 t), β ≤ 0.999. Start and end are not used.</summary>
    Exponential,

    /// <summary>A Laplace distribution of the log signal-to-noise ratio, β ≤ 0.999 (Hang et al. 2024). Start and end are not used.</summary>
    Laplace,

    /// <summary>Given number by number.</summary>
    Trained,

    /// <summary>
    /// β = 1/(T − t + 2): every step erases the same share of the data's variance, and about 1/T of it is left at the end (Sohl-Dickstein et al.
    /// 2015, in their code). Start and end are not used.
    /// </summary>
    Harmonic,
}
