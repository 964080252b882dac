namespace Brownian.Parameterizations;

/// <summary>What a network is told about the noise of its input.</summary>
public enum NoiseLabel
{
    /// <summary>The path's time.</summary>
    Time,

    /// <summary>σ, whose logarithm the network takes itself (score SDE's networks for the VE path).</summary>
    Sigma,

    /// <summary>ln(σ/α)/4, as EDM's networks (Stable Video Diffusion; diffusers' "continuous" timesteps).</summary>
    LogRatio,

    /// <summary>2/π·atan(σ/α), from 0 for clean data to 1 for pure noise (Stable Audio).</summary>
    Angle,
}
