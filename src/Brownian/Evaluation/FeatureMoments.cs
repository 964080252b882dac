using static TorchSharp.torch;

namespace Brownian.Evaluation;

/// <summary>
/// Mean and covariance of features, gathered batch by batch in float64: all that the Fréchet distance needs of a set of images. Statistics
/// that others computed (pytorch-fid's <c>mu</c> and <c>sigma</c>) can be given, too.
/// </summary>
public sealed class FeatureMoments : IDisposable
{
    private readonly Tensor sum;
    private readonly Tensor products;
    private Tensor? shift;

    /// <summary>No features yet.</summary>
    /// <param name="width">D, the number of features of an image.</param>
    public FeatureMoments(long width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Width = width;
        sum = zeros(width, dtype: ScalarType.Float64).DetachFromDisposeScope();
        products = zeros(width, width, dtype: ScalarType.Float64).DetachFromDisposeScope();
    }

    private FeatureMoments(Tensor mean, Tensor covariance)
    {
        Width = mean.size(0);
        Count = 2;
        shift = mean.to(ScalarType.Float64).clone().DetachFromDisposeScope();
        sum = zeros(Width, dtype: ScalarType.Float64).DetachFromDisposeScope();
        products = covariance.to(ScalarType.Float64).clone().DetachFromDisposeScope();
    }

    /// <summary>D, the number of features of an image.</summary>
    public long Width { get; }

    /// <summary>How many images were added.</summary>
    public long Count { get; private set; }

    /// <summary>The moments of one set of features.</summary>
    /// <param name="features">[N, D].</param>
    public static FeatureMoments Of(Tensor features)
    {
        FeatureMatrix.Check(features, nameof(features));
        var moments = new FeatureMoments(features.size(1));
        moments.Add(features);
        return moments;
    }

    /// <summary>Moments that were computed elsewhere; nothing can be added to them.</summary>
    /// <param name="mean">[D].</param>
    /// <param name="covariance">[D, D].</param>
    /// <exception cref="ArgumentException">The shapes do not agree.</exception>
    public static FeatureMoments From(Tensor mean, Tensor covariance)
    {
        if (mean.dim() != 1 || covariance.dim() != 2 || covariance.size(0) != mean.size(0) || covariance.size(1) != mean.size(0))
        {
            throw new ArgumentException(
                $"moments: expected a mean [D] and a covariance [D, D]; got [{string.Join(", ", mean.shape)}] and [{string.Join(", ", covariance.shape)}].");
        }

        return new(mean, covariance) { IsGiven = true };
    }

    /// <summary>Adds the features of more images.</summary>
    /// <param name="features">[N, D].</param>
    /// <exception cref="ArgumentException">There are other than D features, or numbers that are not finite.</exception>
    /// <exception cref="InvalidOperationException">The moments were computed elsewhere.</exception>
    public void Add(Tensor features)
    {
        FeatureMatrix.Check(features, nameof(features));
        if (IsGiven)
        {
            throw new InvalidOperationException("moments: these were given as mean and covariance; features can only be added to new FeatureMoments(width).");
        }

        if (features.size(1) != Width)
        {
            throw new ArgumentException($"features: expected [N, {Width}]; got [{string.Join(", ", features.shape)}].", nameof(features));
        }

        using var scope = NewDisposeScope();
        var x = features.detach().to(CPU).to(ScalarType.Float64);

        // Sums of squares around the first batch's mean lose no digits where the mean is far larger than the spread.
        shift ??= x.mean([0]).DetachFromDisposeScope();
        var centred = x - shift;
        sum.add_(centred.sum([0L]));
        products.add_(centred.transpose(0, 1).matmul(centred));
        Count += features.size(0);
    }

    /// <summary>The mean, [D] float64. The caller's dispose scope owns it.</summary>
    /// <exception cref="InvalidOperationException">Nothing was added.</exception>
    public Tensor Mean() => (shift ?? throw TooFew(1)) + sum / Count;

    /// <summary>The covariance with N − 1 in the denominator, [D, D] float64. The caller's dispose scope owns it.</summary>
    /// <exception cref="InvalidOperationException">Fewer than two images were added.</exception>
    public Tensor Covariance() => Count < 2 ? throw TooFew(2) : (products - outer(sum, sum) / Count) / (Count - 1);

    /// <inheritdoc/>
    public void Dispose()
    {
        sum.Dispose();
        products.Dispose();
        shift?.Dispose();
    }

    private bool IsGiven { get; init; }

    private InvalidOperationException TooFew(int least) =>
        new($"moments: expected the features of at least {least} images; got those of {Count}.");
}
