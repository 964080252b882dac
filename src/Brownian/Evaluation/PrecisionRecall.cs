using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Evaluation;

/// <summary>
/// Improved precision and recall (Kynkäänniemi et al. 2019): the share of generated images that lie within the reach of a reference image, and of
/// reference images within the reach of a generated one. An image reaches as far as its k-th nearest neighbour in its own set.
/// </summary>
/// <param name="Precision">How good the generated images are, in [0, 1].</param>
/// <param name="Recall">How much of the reference they cover, in [0, 1].</param>
public sealed record PrecisionRecall(double Precision, double Recall)
{
    // Numbers in memory at once: rows of the matrix of distances.
    private const long Budget = 1 << 23;

    /// <summary>The harmonic mean of both.</summary>
    public double FScore => 2 * Precision * Recall / Math.Max(1e-5, Precision + Recall);

    /// <summary>Precision and recall of two sets of features. Distances are float64 and every one is computed from differences, in O(N·M·D).</summary>
    /// <param name="generated">[N, D], N &gt; <paramref name="neighbours"/>.</param>
    /// <param name="reference">[M, D], M &gt; <paramref name="neighbours"/>.</param>
    /// <param name="neighbours">k.</param>
    /// <exception cref="ArgumentException">The features are not such, or not finite.</exception>
    public static PrecisionRecall Of(Tensor generated, Tensor reference, int neighbours = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        FeatureMatrix.Check(generated, reference, atLeast: neighbours + 1);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (a, b) = (FeatureMatrix.Exact(generated), FeatureMatrix.Exact(reference));
        var (reachA, reachB) = (Reach(a, neighbours), Reach(b, neighbours)); // [N], [M]
        var covered = zeros(b.size(0), dtype: ScalarType.Bool);
        var (good, first) = (0L, 0L);
        foreach (var distances in Rows(a, b))
        {
            using var part = distances;
            using var inner = NewDisposeScope();
            good += (distances <= reachB).any(1).sum().item<long>();
            covered.logical_or_((distances <= reachA.narrow(0, first, distances.size(0)).unsqueeze(1)).any(0));
            first += distances.size(0);
        }

        return new((double)good / a.size(0), (double)covered.sum().item<long>() / b.size(0));
    }

    // How far each point reaches, [N].
    private static Tensor Reach(Tensor points, int neighbours) => cat([.. Rows(points, points).Select(distances => Nearest(distances, neighbours))], 0);

    // The image itself is its own nearest neighbour, hence one more.
    private static Tensor Nearest(Tensor distances, int neighbours)
    {
        using var part = distances;
        using var inner = NewDisposeScope();
        return distances.kthvalue(neighbours + 1, 1).values.MoveToOuterDisposeScope();
    }

    // [rows, M] distances, some rows at a time.
    private static IEnumerable<Tensor> Rows(Tensor points, Tensor others)
    {
        var count = Math.Max(1, Budget / others.size(0));
        for (long first = 0; first < points.size(0); first += count)
        {
            using var rows = points.narrow(0, first, Math.Min(count, points.size(0) - first));
            yield return cdist(rows, others, 2, compute_mode.donot_use_mm_for_euclid_dist);
        }
    }
}
