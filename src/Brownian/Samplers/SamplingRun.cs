using Brownian.Spacing;

namespace Brownian.Samplers;

/// <summary>What one run is made of.</summary>
/// <param name="Denoiser">The belief.</param>
/// <param name="Noise">Where stochastic methods draw from.</param>
/// <param name="Schedule">The levels that the steps follow.</param>
public readonly record struct SamplingRun(IDenoiser Denoiser, INoise Noise, NoiseSchedule Schedule);
