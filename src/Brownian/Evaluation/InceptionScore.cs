using static TorchSharp.torch;

namespace Brownian.Evaluation;

/// <summary>
/// exp of the mean Kullback–Leibler divergence of a classifier's verdicts on single images from their mean (Salimans et al. 2016): between 1 (all
/// images alike, or none recognised) and the number of classes, in float64. With the ported Inception network it is the IS.
/// </summary>
public sealed record InceptionScore
{
    /// <summary>Parts of the images; the score is the mean over them.</summary>
    public int Splits { get; init; } = 10;

    /// <summary>Of the order of the images before they are split, the same as torch-fidelity's <c>rng_seed</c>; null to leave them in their order.</summary>
    public uint? ShuffleSeed { get; init; } = 2020;

    /// <summary>The score.</summary>
    /// <param name="logits">[N, K] with N ≥ <see cref="Splits"/>: what the classifier says before its softmax.</param>
    /// <exception cref="ArgumentException">The logits are not such, or there are fewer than splits.</exception>
    public SubsetEstimate Of(Tensor logits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Splits, 1);
        FeatureMatrix.Check(logits, nameof(logits), atLeast: Splits);
        using var scope = NewDisposeScope();
        var x = FeatureMatrix.Exact(logits);
        if (ShuffleSeed is { } seed)
        {
            var order = new NumpyRandom(seed).Permutation((int)x.size(0));
            x = x.index_select(0, tensor(Array.ConvertAll(order, i => (long)i)));
        }

        var (p, logP) = (x.softmax(1), x.log_softmax(1));
        return SubsetEstimate.Of([.. Enumerable.Range(0, Splits).Select(i =>
        {
            using var part = NewDisposeScope();
            var (first, end) = (i * x.size(0) / Splits, (i + 1) * x.size(0) / Splits);
            return Of(p.narrow(0, first, end - first), logP.narrow(0, first, end - first));
        })]);
    }

    private static double Of(Tensor p, Tensor logP)
    {
        // A class that no image has a trace of (0·log 0) adds nothing.
        var mean = p.mean([0], keepdim: true);
        var terms = p * (logP - mean.clamp(min: double.Epsilon).log());
        return where(p > 0, terms, zeros_like(p)).sum(1).mean().exp().item<double>();
    }
}
