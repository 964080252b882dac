using static TorchSharp.torch;

namespace Brownian;

/// <summary>
/// One Brownian motion on an interval of time, a function of the seed and nothing else: whoever asks for finer increments, or in another
/// order, sees the same path. The numbers are those of torchsde's BrownianInterval with a halfway tree (Kidger et al. 2021), which k-diffusion and diffusers use.
/// </summary>
/// <remarks>A value is found by halving the interval down to 10⁻⁶, so each new time costs some 25 draws of noise.</remarks>
public sealed class BrownianNoise : IBrownianNoise, IDisposable
{
    private const int Digits = 6;

    /// <summary>The pool that k-diffusion asks for.</summary>
    private const int PoolSize = 24;

    /// <summary>Values that are kept: a sampler's step asks for three times.</summary>
    private const int Remembered = 3;

    private readonly ulong[] seeds;
    private readonly double start;
    private readonly double end;
    private readonly PerSampleNoise? perSample;
    private readonly SeededNoise noise;
    private readonly List<(double Time, Kept Value)> values = [];

    /// <summary>A motion.</summary>
    /// <param name="start">The first time at which it can be asked.</param>
    /// <param name="end">The last; above <paramref name="start"/>.</param>
    /// <param name="seeds">One seed for the whole batch, or one for each sample, so that a sample is the same in any batch.</param>
    public BrownianNoise(double start, double end, params IEnumerable<ulong> seeds)
    {
        (this.start, this.end, this.seeds) = (Rounded(start), Rounded(end), [.. seeds]);
        if (this.end <= this.start || this.seeds.Length == 0)
        {
            throw new ArgumentException(
                $"Brownian noise: expected an end above the start and at least one seed; got [{start}, {end}] and {this.seeds.Length} seeds. "
                + "Times are told apart by 10⁻⁶.");
        }

        noise = new(this.seeds[0]);
        perSample = this.seeds.Length > 1 ? new(this.seeds) : null;
    }

    /// <inheritdoc/>
    public Tensor NormalLike(Tensor like) => perSample?.NormalLike(like) ?? noise.NormalLike(like);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A time is outside the interval.</exception>
    public Tensor Between(Tensor like, double from, double to)
    {
        using var scope = NewDisposeScope();
        var difference = ValueAt(like, to) - ValueAt(like, from);
        return difference.div_(Math.Sqrt(Math.Abs(to - from))).to(like.dtype).to(like.device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        noise.Dispose();
        perSample?.Dispose();
        values.ForEach(value => value.Value.Dispose());
    }

    private static double Rounded(double time) => Math.Round(time, Digits);

    private Tensor ValueAt(Tensor like, double time)
    {
        // The ends may come from other roundings than the times.
        const double Slack = 1e-4;
        if (!(time >= start - Slack * Math.Abs(start) - 1e-6 && time <= end + Slack * Math.Abs(end) + 1e-6))
        {
            throw new ArgumentOutOfRangeException(
                nameof(time), time, $"Brownian noise: expected a time in [{start}, {end}]. Make the noise for the whole range of the run's σ/α.");
        }

        var rounded = Math.Clamp(Rounded(time), start, end);
        var known = values.FindIndex(value => value.Time == rounded);
        if (known >= 0)
        {
            return values[known].Value.Value!;
        }

        using var scope = NewDisposeScope();
        var slot = values.Count < Remembered ? new Kept() : values[0].Value;
        values.RemoveRange(0, values.Count < Remembered ? 0 : 1);
        slot.Set(Find(like, rounded));
        values.Add((rounded, slot));
        return slot.Value!;
    }

    /// <summary>The motion at a time, from the interval's start, by halving; float64.</summary>
    private Tensor Find(Tensor like, double time)
    {
        var (left, right, key, depth) = (start, end, 0UL, 0UL);
        var increment = Draw(like, [], 3) * Math.Sqrt(right - left);
        var value = zeros_like(increment);
        while (time != left)
        {
            var middle = Rounded(0.5 * (right + left));
            if (time == right || middle == left || middle == right)
            {
                return value.add_(increment);
            }

            using var scope = NewDisposeScope();
            var (before, after) = (middle - left, right - middle);
            var first = (increment * (before / (right - left))).add_(Draw(like, [key, depth], 4), alpha: Math.Sqrt(before * after / (right - left)));
            var goesLeft = time <= middle;
            increment = scope.MoveToOuter(goesLeft ? first : increment - first);
            value = goesLeft ? value : scope.MoveToOuter(value + first);
            (left, right, key, depth) = (goesLeft ? left : middle, goesLeft ? middle : right, 2 * key + (goesLeft ? 0UL : 1), depth + 1);
        }

        return value;
    }

    /// <summary>The noise of one node of the tree, on the CPU; float64 for sums.</summary>
    private Tensor Draw(Tensor like, ReadOnlySpan<ulong> key, int count)
    {
        var rows = new List<Tensor>();
        long[] shape = seeds.Length == 1 ? like.shape : [1, .. like.shape[1..]];
        foreach (var seed in seeds)
        {
            using var generator = new Generator(SeedSequence.Generate(seed, key, PoolSize, count)[0], CPU);
            rows.Add(randn(shape, dtype: like.dtype, generator: generator));
        }

        return (rows.Count == 1 ? rows[0] : cat(rows, 0)).to(ScalarType.Float64);
    }
}
