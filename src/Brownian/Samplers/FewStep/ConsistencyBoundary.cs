using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// What makes a latent consistency model leave data at time 0 unchanged (Luo et al. 2023, eq. 9): c_skip·xt + c_out·x0, by the path's time.
/// </summary>
/// <param name="TimeScale">By which the time is multiplied; 10 in the paper's code.</param>
/// <param name="SigmaData">The data's standard deviation.</param>
public sealed record ConsistencyBoundary(double TimeScale = 10, double SigmaData = 0.5)
{
    /// <summary>The model's answer, [N, …].</summary>
    /// <param name="x0">The data believed in, [N, …].</param>
    /// <param name="xt">The noisy data, [N, …].</param>
    /// <param name="time">Their time.</param>
    public Tensor Apply(Tensor x0, Tensor xt, double time)
    {
        var (t, square) = (time * TimeScale, SigmaData * SigmaData);
        return (x0 * (t / Math.Sqrt(t * t + square))).add_(xt, alpha: square / (t * t + square));
    }
}
