using System.Text.Json.Serialization;

namespace Brownian.Paths;

/// <summary>
/// NCSN's ladder of noise levels (Song and Ermon 2019, 2020): α = 1 and <see cref="Count"/> values of σ. Time is the rung, 0 the cleanest and
/// Count − 1 the noisiest; NCSN's networks count the other way round. Between two rungs σ is interpolated along the ladder's shape.
/// </summary>
public sealed record SigmaTable : SteppedPath
{
    /// <summary>A ladder; NCSN's by default, <c>new(50, 0.01, 232)</c> for NCSNv2 on CIFAR-10.</summary>
    /// <param name="sigmaMax">σ of the noisiest rung, in data units.</param>
    /// <param name="sigmaMin">σ of the cleanest rung, in data units; less than <paramref name="sigmaMax"/>.</param>
    /// <param name="count">Number of rungs, at least 2.</param>
    /// <param name="shape">How the σ are spread.</param>
    [JsonConstructor]
    public SigmaTable(double sigmaMax = 1, double sigmaMin = 0.01, int count = 10, LadderShape shape = LadderShape.Geometric)
    {
        if (!(sigmaMin > 0 && sigmaMin < sigmaMax && double.IsFinite(sigmaMax)) || count < 2)
        {
            throw new ArgumentException(
                $"ladder of σ: expected 0 < sigmaMin < sigmaMax and at least 2 rungs; got sigmaMin {sigmaMin}, sigmaMax {sigmaMax}, {count} rungs.");
        }

        (SigmaMax, SigmaMin, Count, Shape) = (sigmaMax, sigmaMin, count, shape);
    }

    /// <summary>σ of the noisiest rung, in data units.</summary>
    public double SigmaMax { get; }

    /// <summary>σ of the cleanest rung, in data units.</summary>
    public double SigmaMin { get; }

    /// <summary>Number of rungs.</summary>
    public int Count { get; }

    /// <summary>How the σ are spread.</summary>
    public LadderShape Shape { get; }

    /// <inheritdoc/>
    private protected override int Last => Count - 1;

    /// <inheritdoc/>
    /// <param name="time">A rung in [0, Count − 1], also between two rungs; −1 for clean data.</param>
    public override NoiseLevel At(double time)
    {
        if (time == -1)
        {
            return Clean;
        }

        if (!(time >= 0 && time <= Count - 1))
        {
            throw new UnsupportedLevelException($"ladder of σ: expected a rung in [0, {Count - 1}], or −1 for clean data; got {time}.");
        }

        var part = time / (Count - 1);
        return new(time, 1, Shape == LadderShape.Geometric
            ? SigmaMin * Math.Pow(SigmaMax / SigmaMin, part)
            : SigmaMin + (SigmaMax - SigmaMin) * part);
    }

    /// <inheritdoc/>
    /// <remarks>The rung is clipped to the ladder; σ is the one that was asked for.</remarks>
    public override NoiseLevel AtNoiseToSignal(double ratio) => CheckRatio(ratio) switch
    {
        0 => Clean,
        double.PositiveInfinity => Noisiest,
        _ => new(Math.Clamp(RungOf(ratio), 0, Count - 1), 1, ratio),
    };

    private double RungOf(double sigma) => (Count - 1) * (Shape == LadderShape.Geometric
        ? Math.Log(sigma / SigmaMin) / Math.Log(SigmaMax / SigmaMin)
        : (sigma - SigmaMin) / (SigmaMax - SigmaMin));
}
