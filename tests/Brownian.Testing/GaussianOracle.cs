using static TorchSharp.torch;

namespace Brownian.Testing;

/// <summary>Data x0 ~ N(mean, std²), every number on its own: exact belief, flow and density on any path.</summary>
public sealed class GaussianOracle(double mean = 0.3, double std = 0.5) : IDenoiser
{
    /// <summary>How often the belief was asked.</summary>
    public int Calls { get; private set; }

    /// <inheritdoc/>
    public Denoised Denoise(Tensor xt, NoiseLevel at)
    {
        Calls++;
        var variance = Variance(at);
        var centred = xt - at.Alpha * mean;
        return new(mean + at.Alpha * std * std / variance * centred, at.Sigma / variance * centred);
    }

    /// <summary>Where the probability flow takes <paramref name="x"/> from one level to another: it keeps the standard score.</summary>
    public Tensor Flow(Tensor x, NoiseLevel from, NoiseLevel to) =>
        to.Alpha * mean + Math.Sqrt(Variance(to) / Variance(from)) * (x - from.Alpha * mean);

    /// <summary>log p_t(x) in nats, summed over all but the first dimension, [N].</summary>
    public Tensor LogDensity(Tensor x, NoiseLevel at)
    {
        var z = (x - at.Alpha * mean).square() / Variance(at);
        return (-0.5 * (z + Math.Log(2 * Math.PI * Variance(at)))).flatten(1).sum(1);
    }

    private double Variance(NoiseLevel at) => at.Alpha * at.Alpha * std * std + at.Sigma * at.Sigma;
}
