using static TorchSharp.torch;

namespace Brownian.Evaluation;

/// <summary>
/// The squared maximum mean discrepancy of two sets of features under a polynomial kernel (γ·xᵀy + offset)^degree, unbiased, in float64
/// (Bińkowski et al. 2018). With the features of the ported Inception network it is the KID. Unlike the Fréchet distance it does not depend
/// on the number of images; it is slightly negative where the sets are as good as the same.
/// </summary>
public sealed record KernelDistance
{
    /// <summary>The kernel's degree.</summary>
    public int Degree { get; init; } = 3;

    /// <summary>γ; 1/D when null.</summary>
    public double? Gamma { get; init; }

    /// <summary>The kernel's offset.</summary>
    public double Offset { get; init; } = 1;

    /// <summary>Subsets that the estimate is the mean over.</summary>
    public int Subsets { get; init; } = 100;

    /// <summary>Images of each set in a subset.</summary>
    public int SubsetSize { get; init; } = 1000;

    /// <summary>Of the subsets: the same ones as torch-fidelity's <c>rng_seed</c> draws.</summary>
    public uint Seed { get; init; } = 2020;

    /// <summary>The mean over random subsets, and their spread.</summary>
    /// <param name="generated">[N, D] with N ≥ <see cref="SubsetSize"/>.</param>
    /// <param name="reference">[M, D] with M ≥ <see cref="SubsetSize"/>.</param>
    /// <exception cref="ArgumentException">The features are not such, or there are fewer than a subset has.</exception>
    public SubsetEstimate Between(Tensor generated, Tensor reference)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Subsets, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(SubsetSize, 2);
        FeatureMatrix.Check(generated, reference, atLeast: 2);
        if (Math.Min(generated.size(0), reference.size(0)) < SubsetSize)
        {
            throw new ArgumentException(
                $"features: expected at least {SubsetSize} images in both sets, the size of a subset; got {generated.size(0)} and {reference.size(0)}. "
                + "Give more images, or set a smaller SubsetSize.");
        }

        var random = new NumpyRandom(Seed);
        return SubsetEstimate.Of([.. Enumerable.Range(0, Subsets).Select(_ =>
        {
            using var scope = NewDisposeScope();
            return OfAll(Chosen(generated, random), Chosen(reference, random));
        })]);
    }

    /// <summary>The discrepancy of all features at once. It compares every image with every other one.</summary>
    /// <param name="generated">[N, D], N ≥ 2.</param>
    /// <param name="reference">[M, D], M ≥ 2.</param>
    /// <exception cref="ArgumentException">The features are not such, or not finite.</exception>
    public double OfAll(Tensor generated, Tensor reference)
    {
        FeatureMatrix.Check(generated, reference, atLeast: 2);
        using var scope = NewDisposeScope();
        var (a, b) = (FeatureMatrix.Exact(generated), FeatureMatrix.Exact(reference));
        return Within(a) + Within(b) - 2 * Sum(a, b) / ((double)a.size(0) * b.size(0));
    }

    // The mean over pairs of different images.
    private double Within(Tensor x)
    {
        double count = x.size(0);
        return (Sum(x, x) - Kernel(x.square().sum(1), x.size(1)).sum().item<double>()) / (count * (count - 1));
    }

    private double Sum(Tensor a, Tensor b)
    {
        const int Rows = 1024;
        var sum = 0.0;
        foreach (var part in a.split(Rows))
        {
            using var scope = NewDisposeScope();
            sum += Kernel(part.matmul(b.transpose(0, 1)), a.size(1)).sum().item<double>();
        }

        return sum;
    }

    private Tensor Kernel(Tensor products, long width) => (products * (Gamma ?? 1.0 / width) + Offset).pow(Degree);

    private Tensor Chosen(Tensor features, NumpyRandom random)
    {
        var order = random.Permutation((int)features.size(0));
        return features.index_select(0, tensor(Array.ConvertAll(order[..SubsetSize], i => (long)i), device: features.device));
    }
}
