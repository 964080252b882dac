using static TorchSharp.torch;

namespace Brownian.Quality;

/// <summary>The Fréchet distance between two sets of features (Heusel et al. 2017), in float64.</summary>
internal static class Frechet
{
    public static double Distance(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        var (meanA, covA) = Moments(a);
        var (meanB, covB) = Moments(b);

        // tr √(Σa Σb) = Σ √eig(√Σa Σb √Σa), and both factors are symmetric.
        var (values, vectors) = linalg.eigh(covA);
        var root = vectors.mul(values.clamp(min: 0).sqrt().unsqueeze(0)).matmul(vectors.transpose(0, 1));
        var cross = linalg.eigvalsh(root.matmul(covB).matmul(root)).clamp(min: 0).sqrt().sum();
        var distance = (meanA - meanB).square().sum() + covA.trace() + covB.trace() - (2 * cross);
        return distance.item<double>();
    }

    private static (Tensor Mean, Tensor Covariance) Moments(Tensor features)
    {
        var x = features.to(ScalarType.Float64);
        var mean = x.mean([0]);
        var centred = x - mean;
        return (mean, centred.transpose(0, 1).matmul(centred) / (x.size(0) - 1));
    }
}
