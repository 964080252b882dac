using Brownian.Parameterizations;
using static TorchSharp.torch;

namespace Brownian.Guidance;

/// <summary>A classifier that was trained on noisy images (Dhariwal and Nichol 2021, section 4), asked for one class a sample.</summary>
/// <param name="network">[N, C, H, W] and the noise's label → logits, [N, K].</param>
/// <param name="labels">The classes that are wanted, [N] int64; borrowed.</param>
/// <param name="label">What it is told about the noise; the time of the path if null.</param>
public sealed class NoisyClassifier(Network network, Tensor labels, Parameterization? label = null) : ILogGradient
{
    private readonly Parameterization told = label ?? new PredictEpsilon();

    /// <inheritdoc/>
    public Tensor At(Tensor xt, NoiseLevel at)
    {
        using var scope = NewDisposeScope();
        using var recording = enable_grad();
        var x = xt.detach().requires_grad_();
        var chosen = LogProbability(x, at).sum();
        return autograd.grad([chosen], [x])[0].MoveToOuterDisposeScope();
    }

    /// <summary>log p(y | xt), [N].</summary>
    public Tensor LogProbability(Tensor xt, NoiseLevel at)
    {
        using var scope = NewDisposeScope();
        var levels = NoiseLevels.Of(at, xt);
        var logits = network.call(told.Input(xt, levels), told.Label(levels).to(xt.dtype).expand(xt.size(0)), null);
        return nn.functional.log_softmax(logits, 1).gather(1, labels.unsqueeze(1)).squeeze(1).MoveToOuterDisposeScope();
    }
}
