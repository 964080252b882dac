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

    /// <inheritdoc/>
    public bool Equals(BetaSchedule? other) => other is not null
        && (Shape, Start, End, ZeroTerminalSnr) == (other.Shape, other.Start, other.End, other.ZeroTerminalSnr)
        && (Values ?? []).SequenceEqual(other.Values ?? []);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Shape, Start, End, ZeroTerminalSnr, Values?.Count);

    private Tensor Raw(int count) => Shape switch
    {
        BetaShape.Linear => linspace(Start, End, count, dtype: ScalarType.Float32),
        BetaShape.ScaledLinear => linspace(Math.Sqrt(Start), Math.Sqrt(End), count, dtype: ScalarType.Float32).square(),
        BetaShape.Sigmoid => linspace(-6, 6, count, dtype: ScalarType.Float32).sigmoid() * (End - Start) + Start,
        BetaShape.Cosine => FromAlphaBar(count, t => Math.Pow(Math.Cos((t + 0.008) / 1.008 * Math.PI / 2), 2)),
        BetaShape.Exponential => FromAlphaBar(count, t => Math.Exp(-12 * t)),
        BetaShape.Laplace => FromAlphaBar(count, LaplaceAlphaBar),
        BetaShape.Trained when Values?.Count == count => tensor(Values.ToArray()),
        BetaShape.Trained => throw new ArgumentException(
            $"betas: expected {count} trained values, one a step; got {Values?.Count ?? 0}. Set Values, and the path's Count to their number."),
        _ => throw new ArgumentOutOfRangeException(nameof(count), Shape, "unknown shape of betas"),
    };

    private static Tensor FromAlphaBar(int count, Func<double, double> alphaBar)
    {
        float Beta(int i) => (float)Math.Min(1 - alphaBar((i + 1.0) / count) / alphaBar((double)i / count), MaxBeta);
        return tensor(Enumerable.Range(0, count).Select(Beta).ToArray());
    }

    private static double LaplaceAlphaBar(double t)
    {
        var logSnr = -0.5 * Math.CopySign(1, 0.5 - t) * Math.Log(1 - 2 * Math.Abs(0.5 - t) + 1e-6);
        var snr = Math.Exp(logSnr);
        return Math.Sqrt(snr / (1 + snr));
    }

    /// <summary>Shifts and scales √ᾱ so that the first value stays and the last becomes 0 (Lin et al. 2023, Algorithm 1).</summary>
    private static Tensor Stretch(Tensor betas)
    {
        var root = (1 - betas).cumprod(0).sqrt();
        var (first, last) = (root[0], root[-1]);
        var alphaBar = ((root - last) * (first / (first - last))).square();
        return 1 - cat([alphaBar[..1], alphaBar[1..] / alphaBar[..^1]], 0);
    }
}
