using static TorchSharp.torch;

namespace Brownian.Evaluation;

/// <summary>
/// The Fréchet distance between two sets of features, each taken for a Gaussian (Heusel et al. 2017, eq. 6): |μa − μb|² + tr(Σa + Σb −
/// 2√(Σa Σb)), in float64. With the features of the ported Inception network it is the FID.
/// </summary>
/// <remarks>It falls with the number of images (Chong and Forsyth 2020): compare only numbers that were measured with as many.</remarks>
public static class FrechetDistance
{
    /// <summary>The distance of two sets of features.</summary>
    /// <param name="generated">[N, D], N ≥ 2.</param>
    /// <param name="reference">[M, D], M ≥ 2.</param>
    /// <exception cref="ArgumentException">The features are not such, or not finite.</exception>
    public static double Between(Tensor generated, Tensor reference)
    {
        FeatureMatrix.Check(generated, reference, atLeast: 2);
        using var a = FeatureMoments.Of(generated);
        using var b = FeatureMoments.Of(reference);
        return Between(a, b);
    }

    /// <summary>The distance of two sets of features of which mean and covariance are known.</summary>
    /// <exception cref="ArgumentException">There are not as many features in both.</exception>
    public static double Between(FeatureMoments generated, FeatureMoments reference)
    {
        ArgumentNullException.ThrowIfNull(generated);
        ArgumentNullException.ThrowIfNull(reference);
        if (generated.Width != reference.Width)
        {
            throw new ArgumentException($"features: expected as many in both sets; got {generated.Width} and {reference.Width}.");
        }

        using var scope = NewDisposeScope();
        var (covarianceA, covarianceB) = (generated.Covariance(), reference.Covariance());

        // With Σ = FᵀF, the eigenvalues of Σa Σb are the squared singular values of Fa Fbᵀ: no root is taken of a rounding error.
        var cross = linalg.svdvals(Factor(covarianceA).matmul(Factor(covarianceB).transpose(0, 1))).sum();
        var distance = (generated.Mean() - reference.Mean()).square().sum() + covarianceA.trace() + covarianceB.trace() - 2 * cross;
        return distance.item<double>();
    }

    // F = √Λ Vᵀ. Eigenvalues within the rounding of the largest are those of a singular covariance: 0.
    private static Tensor Factor(Tensor covariance)
    {
        using var scope = NewDisposeScope();
        var (values, vectors) = linalg.eigh(covariance);
        var rounding = covariance.size(0) * Math.Pow(2, -52) * values.abs().max().item<double>();
        var roots = where(values > rounding, values, zeros_like(values)).sqrt();
        return (vectors * roots.unsqueeze(0)).transpose(0, 1).contiguous().MoveToOuterDisposeScope();
    }
}
