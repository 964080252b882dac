using static TorchSharp.torch;

namespace Brownian.Guidance;

/// <summary>The gradient of a log probability of noisy data: what a classifier, or any other judge, wants changed.</summary>
public interface ILogGradient
{
    /// <summary>∇ log p(y | xt), [N, …], for xt, [N, …] (borrowed), when the whole batch stands at one level.</summary>
    Tensor At(Tensor xt, NoiseLevel at);
}
