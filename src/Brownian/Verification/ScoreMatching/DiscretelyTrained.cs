using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>
/// score_sde's score of networks that were trained on N steps (continuous=False) at any time of the SDE: the network is told the step's number, on the VP path
/// also a fraction of it, and its output is read with the σ of the step at or below.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="path">The SDE's path.</param>
/// <param name="count">N.</param>
internal sealed class DiscretelyTrained(Network network, ContinuousPath path, int count) : IDenoiser
{
    private readonly DiscretePath? table = path is VariancePreserving vp ? DiscretePath.Linear(count, vp.BetaMin / count, vp.BetaMax / count) : null;

    /// <inheritdoc/>
    public Denoised Denoise(Tensor xt, NoiseLevel at)
    {
        using var scope = NewDisposeScope();

        // float32, as the reference multiplies.
        var time = (float)at.Time;
        var label = table is null ? MathF.Round((1 - time) * (count - 1)) : time * (count - 1);
        var output = network.call(xt, full(xt.size(0), label, dtype: xt.dtype, device: xt.device), null);

        // The VE network tells the score, which is −ε/σ; the VP network tells ε of the step.
        var scale = table is null ? -at.Sigma : at.Sigma / table.At(MathF.Floor(label)).Sigma;
        return Denoised.FromEpsilon(output * scale, xt, NoiseLevels.Of(at, xt)).MoveToOuterScope();
    }
}
