namespace Brownian;

/// <summary>One point on a Gaussian path: <c>x_t = Alpha·x0 + Sigma·ε</c>, <c>ε ~ N(0, I)</c>. Schedules are numbers, never tensors.</summary>
/// <param name="Time">The path's own clock. Its unit belongs to the path: a step index for DDPM, [0, 1] for an SDE, σ for EDM.</param>
/// <param name="Alpha">Signal scale, dimensionless. Never DDPM's per-step α.</param>
/// <param name="Sigma">Noise scale, in data units.</param>
public readonly record struct NoiseLevel(double Time, double Alpha, double Sigma)
{
    /// <summary>σ/α: what EDM and k-diffusion call "sigma".</summary>
    public double NoiseToSignal => Sigma / Alpha;

    /// <summary>log(α/σ), half the log signal-to-noise ratio: DPM-Solver's λ (Lu et al. 2022, eq. 2.3). +∞ for clean data.</summary>
    public double Lambda => Math.Log(Alpha) - Math.Log(Sigma);

    /// <summary>α²/σ², the signal-to-noise ratio.</summary>
    public double SignalToNoise => Alpha * Alpha / (Sigma * Sigma);

    /// <summary>Whether no noise is left (σ = 0).</summary>
    public bool IsClean => Sigma == 0;

    /// <summary>
    /// Whether practically no signal is left (σ/α above 1000, or infinite): where zero-terminal-SNR and cosine schedules begin. A change of ε̂ is a
    /// change of x̂0 that is σ/α times as large, so methods do not follow slopes in σ/α from here.
    /// </summary>
    public bool IsPureNoise => !(NoiseToSignal <= 1000);
}
