namespace Brownian.Paths;

/// <summary>A forward process with Gaussian marginals: how much signal and how much noise remain at each time.</summary>
public abstract record GaussianPath
{
    /// <summary>The level at a time of the path's own clock.</summary>
    public abstract NoiseLevel At(double time);

    /// <summary>The level whose σ/α is <paramref name="ratio"/>, so that spacings made in σ (Karras, exponential) fit any path.</summary>
    /// <param name="ratio">σ/α ≥ 0.</param>
    public abstract NoiseLevel AtNoiseToSignal(double ratio);

    /// <summary>The level where sampling starts: the noisiest on which a model is trained.</summary>
    public abstract NoiseLevel Noisiest { get; }

    /// <summary>The least noisy level on which a model is trained (not yet clean).</summary>
    public abstract NoiseLevel Cleanest { get; }

    /// <summary>The level of data without noise, (α, σ) = (1, 0).</summary>
    public abstract NoiseLevel Clean { get; }
}
