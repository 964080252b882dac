using Brownian.Likelihood;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>How much more likely an image is than one variant of it. Positive numbers: the image is.</summary>
/// <param name="Name">The variant's name.</param>
/// <param name="Distance">The root mean square of its change, in [−1, 1]'s unit.</param>
/// <param name="Score">log p(image) − log p(variant) in nats at a noise level, by the integral of the score; its error is that of the mean over draws of noise.</param>
/// <param name="Quadrature">The error of the integrals, as they estimate it themselves.</param>
/// <param name="Likelihood">log P(image) − log P(variant) in nats by the probability flow, with common noise and probes; null if it was left out.</param>
/// <param name="BitsPerDimension">The variant's own; null if likelihoods were left out.</param>
/// <param name="Parts">What each number contributes to <paramref name="Score"/>, [1, C, H, W]; positive where the change makes the image less likely.</param>
/// <param name="Pull">What the model would change in the variant: x̂0 − x, [1, C, H, W], which is the score times σ²/α.</param>
public sealed record VariantComparison(
    string Name, double Distance, Estimate Score, double Quadrature, Estimate? Likelihood, Estimate? BitsPerDimension, Tensor Parts, Tensor Pull);
