using Brownian.Spacing;

namespace Brownian.Samplers;

/// <summary>One row of the table of samplers.</summary>
/// <param name="Names">Its names, the main one first: ours, then those of k-diffusion, of web interfaces and of diffusers.</param>
/// <param name="Sampler">The sampler, with its defaults.</param>
/// <param name="Spacing">The spacing that goes with it if none is chosen.</param>
/// <param name="Steps">A number of steps that gives clean images.</param>
/// <param name="CallsPerStep">Network calls of one step; 0 where the method decides that itself.</param>
/// <param name="Summary">One line for people.</param>
/// <param name="ExtraCalls">Network calls of a run beyond those: at the start of multistep methods.</param>
public sealed record SamplerRow(
    IReadOnlyList<string> Names, Sampler Sampler, ISpacing Spacing, int Steps, int CallsPerStep, string Summary, int ExtraCalls = 0);
