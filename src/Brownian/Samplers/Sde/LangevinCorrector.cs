using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// score_sde's Langevin corrector: a = 2·(r·‖z‖/‖score‖)², so that the score's part of a step is r times as long as the noise's (Song et al. 2021,
/// Algorithms 4 and 5).
/// </summary>
/// <param name="SignalToNoise">r &gt; 0; 0.16 for VE on CIFAR-10.</param>
/// <param name="Steps">Steps at each level.</param>
/// <remarks>
/// Lengths are those of each sample, so that it does not depend on its neighbours. Where a sample has few numbers its score's length varies from
/// place to place, and steps of its own size would lead away from the modes; there lengths are averaged over the batch, as in the paper.
/// </remarks>
public sealed record LangevinCorrector(double SignalToNoise = 0.16, int Steps = 1) : Corrector(SignalToNoise, Steps)
{
    /// <summary>From so many numbers a sample on, the variance that its own length adds, 2/128, is below the r² that the steps add anyway.</summary>
    private const int ManyNumbers = 128;

    /// <inheritdoc/>
    /// <remarks>With c = r·‖z‖/‖ε‖: √(2a) = 2·c·σ, and a·score = −2·c²·σ·ε. No step is made where ε is 0.</remarks>
    private protected override Tensor Move(Tensor x, Tensor epsilon, Tensor noise, NoiseLevel at, double shrink)
    {
        var ratio = Length(noise).div_(Denoised.OrInfinity(Length(epsilon))).mul_(SignalToNoise * shrink);
        var pulled = x.addcmul(epsilon, ratio.square().mul_(-2 * at.Sigma), 1);
        return pulled.addcmul_(noise, ratio.mul_(2 * at.Sigma), 1);
    }

    /// <summary>The length of each sample, [N, 1, …, 1], or of the mean one, [].</summary>
    private Tensor Length(Tensor x)
    {
        var flat = x.flatten(1); // [N, C·H·W]
        var lengths = flat.norm(1);
        return AsScoreSde || flat.size(1) < ManyNumbers
            ? lengths.mean()
            : lengths.reshape([x.size(0), .. Enumerable.Repeat(1L, (int)x.dim() - 1)]);
    }
}
