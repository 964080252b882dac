using Brownian.Paths;
using Brownian.Samplers;

namespace Brownian.Checkpoints;

/// <summary>How to sample from a model when the user does not say.</summary>
/// <param name="Sampler">The sampler's name, as on the command line.</param>
/// <param name="Spacing">The spacing's name, as on the command line.</param>
/// <param name="Steps">The number of steps.</param>
/// <param name="Guidance">Classifier-free guidance scale; 1 is none.</param>
/// <param name="Clip">The belief about the data is clipped to ± this number; null for no clipping.</param>
public sealed record RecommendedSampling(string Sampler, string Spacing, int Steps, double Guidance = 1, double? Clip = 1)
{
    /// <summary>Settings of the sampler by name, see <see cref="SamplerOptions"/>; null for its own.</summary>
    public SamplerSettings? Options { get; init; }

    /// <summary>What suits most models on this path.</summary>
    public static RecommendedSampling For(GaussianPath path) => path switch
    {
        EdmPath or ScaledPath or VarianceExploding => new("heun", "karras", 18),
        BernoulliPath bits => new("binomial", "linspace", Math.Min(bits.Count, 250)),
        RectifiedFlow => new("heun", "trailing", 20),
        _ => new("dpm++2m", "trailing", 20),
    };

    /// <summary>The sampler, with its settings.</summary>
    /// <exception cref="ArgumentException">There is no such sampler, or it has no such setting.</exception>
    public Samplers.Sampler Method() => SamplerOptions.Apply(SamplerCatalog.Find(Sampler), Options);
}
