using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>
/// The log-odds log P(x0 = +1)/P(x0 = −1) of bits (binomial diffusion, Sohl-Dickstein et al. 2015), whose mean is tanh of half of it. The
/// data lie in [−1, 1]; at the ends the target is kept finite.
/// </summary>
public sealed record PredictBit : Parameterization
{
    private const double Limit = 1 - 1e-7;

    /// <inheritdoc/>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at) => x0.clamp(-Limit, Limit).atanh().mul_(2);

    /// <inheritdoc/>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at) => Denoised.FromX0((output / 2).tanh_(), xt, at);
}
