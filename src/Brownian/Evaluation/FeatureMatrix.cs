using static TorchSharp.torch;

namespace Brownian.Evaluation;

/// <summary>What all metrics ask of features.</summary>
internal static class FeatureMatrix
{
    /// <summary>Requires [N, D] with finite numbers.</summary>
    /// <exception cref="ArgumentException">It is something else.</exception>
    public static void Check(Tensor features, string name, int atLeast = 1)
    {
        ArgumentNullException.ThrowIfNull(features, name);
        if (features.dim() != 2 || features.size(0) < atLeast || features.size(1) < 1)
        {
            throw new ArgumentException(
                $"{name}: expected [N, D], one row for each image and at least {atLeast} of them; got [{string.Join(", ", features.shape)}].", name);
        }

        using var scope = NewDisposeScope();
        if (!features.isfinite().all().item<bool>())
        {
            throw new ArgumentException($"{name}: expected finite numbers; some are NaN or infinite.", name);
        }
    }

    /// <summary>Requires two sets of features of the same width.</summary>
    /// <exception cref="ArgumentException">They are something else.</exception>
    public static void Check(Tensor generated, Tensor reference, int atLeast = 1)
    {
        Check(generated, nameof(generated), atLeast);
        Check(reference, nameof(reference), atLeast);
        if (generated.size(1) != reference.size(1))
        {
            throw new ArgumentException(
                $"features: expected as many of each image in both sets; got {generated.size(1)} and {reference.size(1)}. Take both from the same network.");
        }
    }

    /// <summary>The features in float64 on the CPU.</summary>
    public static Tensor Exact(Tensor features) => features.detach().to(CPU).to(ScalarType.Float64);
}
