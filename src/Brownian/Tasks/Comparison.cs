using Brownian.Likelihood;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>An image and its variants. The tensors belong to the caller's dispose scope.</summary>
/// <param name="BitsPerDimension">The image's own; null if likelihoods were left out.</param>
/// <param name="Pull">What the model would change in the image: x̂0 − x, [1, C, H, W].</param>
/// <param name="Variants">One a variant.</param>
/// <param name="Evaluations">Network calls of the solves; 0 without.</param>
public sealed record Comparison(Estimate? BitsPerDimension, Tensor Pull, IReadOnlyList<VariantComparison> Variants, int Evaluations);
