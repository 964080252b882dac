using static TorchSharp.torch;

namespace Brownian.Paths;

/// <summary>The β of each step of a discrete path. Tables are float32 made by libtorch, because checkpoints were trained with such tables.</summary>
/// <param name="Shape">How β grows.</param>
/// <param name="Start">β of the first step, where the shape uses it.</param>
/// <param name="End">β of the last step, where the shape uses it.</param>
/// <param name="ZeroTerminalSnr">Whether the table is stretched so that the last step is pure noise (Lin et al. 2023, Algorithm 1).</param>
public sealed record BetaSchedule(
    BetaShape Shape = BetaShape.Linear, double Start = 1e-4, double End = 0.02, bool ZeroTerminalSnr = false)
{
    private const double MaxBeta = 0.999;

    /// <summary>
    /// Whether the path's table is made in float64, as improved-diffusion and guided-diffusion make theirs, and not in float32. The
    /// variances of the first steps differ by 10⁻³ between the two, which a variational bound sees.
    /// </summary>
    public bool DoublePrecision { get; init; }

    /// <summary>The numbers of <see cref="BetaShape.Trained"/>; null for the other shapes.</summary>
    public IReadOnlyList<float>? Values { get; init; }

    /// <summary>β, float32 [<paramref name="count"/>].</summary>
    /// <param name="count">The number of steps, at least 1.</param>
    public Tensor Betas(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        using var scope = NewDisposeScope();
        var betas = Raw(count);
        return (ZeroTerminalSnr ? Stretch(betas) : betas).MoveToOuterDisposeScope();
    }

    /// <summary>β in float64, for a path of <see cref="DoublePrecision"/>.</summary>
    internal double[] BetasInDouble(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        double[] betas = Shape switch
        {
            BetaShape.Linear => [.. Even(count, Start, End)],
            BetaShape.ScaledLinear => [.. Even(count, Math.Sqrt(Start), Math.Sqrt(End)).Select(root => root * root)],
            BetaShape.Sigmoid => [.. Even(count, -6, 6).Select(x => Start + (End - Start) / (1 + Math.Exp(-x)))],
            BetaShape.Cosine => OfAlphaBar(count, CosineAlphaBar),
            BetaShape.Exponential => OfAlphaBar(count, ExponentialAlphaBar),
            BetaShape.Laplace => OfAlphaBar(count, LaplaceAlphaBar),
            BetaShape.Harmonic => [.. Harmonic(count)],
            _ => [.. Trained(count)],
        };
        return ZeroTerminalSnr ? Stretch(betas) : betas;
    }

    /// <inheritdoc/>
    public bool Equals(BetaSchedule? other) => other is not null
        && (Shape, Start, End, ZeroTerminalSnr, DoublePrecision) == (other.Shape, other.Start, other.End, other.ZeroTerminalSnr, other.DoublePrecision)
        && (Values ?? []).SequenceEqual(other.Values ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Shape, Start, End, ZeroTerminalSnr, DoublePrecision, Values?.Count);

    private Tensor Raw(int count) => Shape switch
    {
        BetaShape.Linear => linspace(Start, End, count, dtype: ScalarType.Float32),
        BetaShape.ScaledLinear => linspace(Math.Sqrt(Start), Math.Sqrt(End), count, dtype: ScalarType.Float32).square(),
        BetaShape.Sigmoid => linspace(-6, 6, count, dtype: ScalarType.Float32).sigmoid() * (End - Start) + Start,
        BetaShape.Cosine => FromAlphaBar(count, CosineAlphaBar),
        BetaShape.Exponential => FromAlphaBar(count, ExponentialAlphaBar),
        BetaShape.Laplace => FromAlphaBar(count, LaplaceAlphaBar),
        BetaShape.Trained => tensor(Trained(count).Select(beta => (float)beta).ToArray()),
        BetaShape.Harmonic => tensor(Harmonic(count).Select(beta => (float)beta).ToArray()),
        _ => throw new ArgumentOutOfRangeException(nameof(count), Shape, "unknown shape of betas"),
    };

    private static IEnumerable<double> Harmonic(int count) => Enumerable.Range(1, count).Select(t => 1.0 / (count - t + 2));

    private IEnumerable<double> Trained(int count) => Values?.Count == count
        ? Values.Select(beta => (double)beta)
        : throw new ArgumentException(
            $"betas: expected {count} trained values, one a step; got {Values?.Count ?? 0}. Set Values, and the path's Count to their number.");

    private static Tensor FromAlphaBar(int count, Func<double, double> alphaBar) =>
        tensor(OfAlphaBar(count, alphaBar).Select(beta => (float)beta).ToArray());

    private static double[] OfAlphaBar(int count, Func<double, double> alphaBar) =>
    [
        .. Enumerable.Range(0, count).Select(i => Math.Min(1 - alphaBar((i + 1.0) / count) / alphaBar((double)i / count), MaxBeta)),
    ];

    private static IEnumerable<double> Even(int count, double from, double to) =>
        Enumerable.Range(0, count).Select(i => i == count - 1 && i > 0 ? to : from + i * ((to - from) / Math.Max(1, count - 1)));

    private static double CosineAlphaBar(double t) => Math.Pow(Math.Cos((t + 0.008) / 1.008 * Math.PI / 2), 2);

    private static double ExponentialAlphaBar(double t) => Math.Exp(-12 * t);

    private static double LaplaceAlphaBar(double t)
    {
        var logSnr = -0.5 * Math.CopySign(1, 0.5 - t) * Math.Log(1 - 2 * Math.Abs(0.5 - t) + 1e-6);
        var snr = Math.Exp(logSnr);
        return Math.Sqrt(snr / (1 + snr));
    }

    /// <summary>Shifts and scales √ᾱ so that the first value stays and the last becomes 0 (Lin et al. 2023, Algorithm 1).</summary>
    /// <remarks>In float32. The differences near 1 make one unit of a root some 10⁻³ of the first σ, so the roots are the correctly rounded ones.</remarks>
    private static Tensor Stretch(Tensor betas)
    {
        var roots = Array.ConvertAll((1 - betas).cumprod(0).data<float>().ToArray(), MathF.Sqrt);
        var scale = roots[0] / (roots[0] - roots[^1]);
        var alphaBar = Array.ConvertAll(roots, root => (root - roots[^1]) * scale * ((root - roots[^1]) * scale));
        return tensor(alphaBar.Select((product, i) => 1 - (i == 0 ? product : product / alphaBar[i - 1])).ToArray());
    }

    private static double[] Stretch(double[] betas)
    {
        var (product, roots) = (1.0, new double[betas.Length]);
        for (var i = 0; i < betas.Length; i++)
        {
            product *= 1 - betas[i];
            roots[i] = Math.Sqrt(product);
        }

        var scale = roots[0] / (roots[0] - roots[^1]);
        double AlphaBar(int i) => Math.Pow((roots[i] - roots[^1]) * scale, 2);
        return [1 - AlphaBar(0), .. Enumerable.Range(1, betas.Length - 1).Select(i => 1 - AlphaBar(i) / AlphaBar(i - 1))];
    }
}
