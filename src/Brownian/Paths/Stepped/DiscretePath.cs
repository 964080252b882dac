using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace Brownian.Paths;

/// <summary>
/// DDPM's path (Ho et al. 2020): a table of steps 0 … Count − 1 with α² + σ² = 1. Time is the step index; −1 is clean data. Between two
/// steps log(σ/α) is interpolated linearly.
/// </summary>
/// <remarks>
/// Unless <see cref="BetaSchedule.DoublePrecision"/> is asked for, the roots are those of float32, correctly rounded, as libtorch's power of ½ is, which
/// diffusers takes. Its square root is not in every build (177 of 1000 entries differ by one unit in the last place).
/// </remarks>
public sealed record DiscretePath : SteppedPath
{
    /// <summary>ᾱ that stands for 0 where a finite σ/α is needed: float16's smallest number, as diffusers' σ-samplers use.</summary>
    internal const double SmallestAlphaBar = 1.0 / (1 << 24);

    private readonly float[] alphaBar;
    private readonly double[] alpha;
    private readonly double[] sigma;
    private readonly float[] logRatio;

    /// <summary>Makes the table.</summary>
    /// <param name="betas">β of each step; linear from 10⁻⁴ to 0.02 if null.</param>
    /// <param name="count">Number of steps.</param>
    /// <param name="lastAlphaBar">ᾱ of the last step is set to this if it is 0, so that every level has a finite σ/α; in [0, 1).</param>
    [JsonConstructor]
    public DiscretePath(BetaSchedule? betas = null, int count = 1000, double lastAlphaBar = 0)
    {
        (Betas, Count, LastAlphaBar) = (betas ?? new(), count, lastAlphaBar);
        var table = Array.ConvertAll(Products(Betas, count), product => product == 0 ? lastAlphaBar : product);
        alphaBar = Array.ConvertAll(table, product => (float)product);
        alpha = Array.ConvertAll(table, Root);
        sigma = Array.ConvertAll(table, product => Root(1 - product));
        Ratios = Array.ConvertAll(table, product => (float)Root(Betas.DoublePrecision ? (1 - product) / product : (float)(1 - product) / (float)product));
        var largest = (float)Math.Sqrt((1 - SmallestAlphaBar) / SmallestAlphaBar);
        Ratios = Array.ConvertAll(Ratios, ratio => float.IsInfinity(ratio) ? largest : ratio);
        logRatio = Array.ConvertAll(Ratios, r => (float)Math.Log(r));
    }

    /// <summary>How β grows.</summary>
    public BetaSchedule Betas { get; }

    /// <summary>Number of steps.</summary>
    public int Count { get; }

    /// <summary>ᾱ of the last step where the table would have 0.</summary>
    public double LastAlphaBar { get; }

    /// <inheritdoc/>
    private protected override int Last => Count - 1;

    /// <summary>σ/α of every step, float32; finite also where ᾱ = 0.</summary>
    internal float[] Ratios { get; }

    /// <summary>DDPM's path: β from 10⁻⁴ to 0.02.</summary>
    public static DiscretePath Linear(int count = 1000, double start = 1e-4, double end = 0.02) =>
        new(new(BetaShape.Linear, start, end), count);

    /// <summary>Latent diffusion's path: √β from √0.00085 to √0.012.</summary>
    public static DiscretePath ScaledLinear(int count = 1000, double start = 0.00085, double end = 0.012) =>
        new(new(BetaShape.ScaledLinear, start, end), count);

    /// <summary>Improved DDPM's path.</summary>
    public static DiscretePath Cosine(int count = 1000) => new(new(BetaShape.Cosine), count);

    /// <summary>GeoDiff's path.</summary>
    public static DiscretePath Sigmoid(int count = 1000, double start = 1e-4, double end = 0.02) =>
        new(new(BetaShape.Sigmoid, start, end), count);

    /// <summary>A path whose β are given, one a step.</summary>
    public static DiscretePath Trained(IReadOnlyList<float> betas) =>
        new(new(BetaShape.Trained) { Values = betas }, betas.Count);

    /// <summary>This path, stretched so that its last step is pure noise (Lin et al. 2023).</summary>
    public DiscretePath WithZeroTerminalSnr() => new(Betas with { ZeroTerminalSnr = true }, Count, LastAlphaBar);

    /// <summary>This path with its table in float64, as improved-diffusion and guided-diffusion have it.</summary>
    public DiscretePath InDoublePrecision() => new(Betas with { DoublePrecision = true }, Count, LastAlphaBar);

    /// <summary>ᾱ of a step; 1 for negative steps.</summary>
    public float AlphaBar(int step) => step < 0 ? 1 : alphaBar[Check(step)];

    /// <inheritdoc/>
    /// <param name="time">A step in [0, Count − 1], also between two steps; negative for clean data.</param>
    public override NoiseLevel At(double time)
    {
        if (time < 0)
        {
            return Clean with { Time = time };
        }

        var step = (int)Check(time);
        if (step == time)
        {
            return new(time, alpha[step], sigma[step]);
        }

        var weight = time - step;
        return OfRatio(time, Math.Exp((1 - weight) * logRatio[step] + weight * logRatio[step + 1]));
    }

    /// <inheritdoc/>
    /// <remarks>The time is clipped to the table; α and σ have the ratio that was asked for.</remarks>
    public override NoiseLevel AtNoiseToSignal(double ratio) => CheckRatio(ratio) switch
    {
        0 => Clean,
        double.PositiveInfinity => Noisiest,
        _ => OfRatio(TimeOf(ratio), ratio),
    };

    /// <inheritdoc/>
    public override double StartScale(NoiseLevel start) => 1;

    /// <inheritdoc/>
    public bool Equals(DiscretePath? other) => other is not null && Count == other.Count && LastAlphaBar == other.LastAlphaBar && Betas.Equals(other.Betas);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Betas, Count, LastAlphaBar);

    /// <inheritdoc/>
    internal override double RatioOf(NoiseLevel level) =>
        level.Time >= 0 && level.Time < Count && level.Time == (int)level.Time ? Ratios[(int)level.Time] : level.NoiseToSignal;

    /// <summary>The level of this ratio, at a time that is told.</summary>
    internal static NoiseLevel OfRatio(double time, double ratio)
    {
        var signal = 1 / Math.Sqrt(1 + ratio * ratio);
        return new(time, signal, ratio * signal);
    }

    /// <summary>The level with α and σ from its float32 σ/α.</summary>
    internal NoiseLevel ByRatio(NoiseLevel level) => OfRatio(level.Time, (float)RatioOf(level));

    /// <summary>ᾱ of each step, made in float32 or in float64.</summary>
    private static double[] Products(BetaSchedule schedule, int count)
    {
        if (schedule.DoublePrecision)
        {
            var product = 1.0;
            return [.. schedule.BetasInDouble(count).Select(beta => product *= 1 - beta)];
        }

        using var scope = NewDisposeScope();
        return Array.ConvertAll((1 - schedule.Betas(count)).cumprod(0).data<float>().ToArray(), product => (double)product);
    }

    /// <summary>The root, rounded to float32 unless the table is one of float64.</summary>
    private double Root(double square) => Betas.DoublePrecision ? Math.Sqrt(square) : MathF.Sqrt((float)square);

    private double TimeOf(double ratio)
    {
        if (Count == 1)
        {
            return 0;
        }

        var wanted = Math.Log(Math.Max(ratio, 1e-10));
        var low = Math.Clamp(LastBelow(wanted), 0, Count - 2);
        var weight = (logRatio[low] - wanted) / ((double)logRatio[low] - logRatio[low + 1]);
        weight = Math.Clamp(weight, 0, 1);
        return (1 - weight) * low + weight * (low + 1);
    }

    /// <summary>
    /// The last step whose log(σ/α) is not above this, but for float32's rounding; −1 if there is none. A stretched table, whose ᾱ nears 0 before its end, may
    /// rise above its last.
    /// </summary>
    private int LastBelow(double wanted) => Array.FindLastIndex(logRatio, ratio => ratio <= wanted + 3e-7);

    private double Check(double time) => time <= Count - 1
        ? time
        : throw new UnsupportedLevelException($"discrete path: expected a step in [0, {Count - 1}], or −1 for clean data; got {time}.");

    private int Check(int step) => (int)Check((double)step);
}
