using static TorchSharp.torch;

namespace Brownian;

/// <summary>
/// A random stream that is a pure function of its key (a seed and any number of indices), so that "the noise of step 4711" needs no
/// saved state: resuming a run is starting the stream of the next step.
/// </summary>
public sealed class RandomStream : INoise, IDisposable
{
    private readonly SeededNoise noise;
    private readonly Generator generator;
    private ulong state;

    /// <summary>The stream named by a seed and indices such as (purpose, step, part).</summary>
    public RandomStream(ulong seed, params ReadOnlySpan<ulong> key)
    {
        state = StateOf(seed, key);
        noise = new SeededNoise(state);
        generator = new Generator(Mix(state), CPU);
    }

    /// <summary>The next 64 random bits (SplitMix64, Steele et al. 2014).</summary>
    public ulong NextBits()
    {
        state += 0x9E3779B97F4A7C15;
        return Mix(state);
    }

    /// <summary>A number in [0, 1), 53 random bits.</summary>
    public double NextUniform() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An integer in [0, <paramref name="below"/>).</summary>
    public int NextInt(int below) => (int)(((UInt128)NextBits() * (ulong)below) >> 64);

    /// <summary>A standard normal number (Box–Muller).</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextUniform())) * Math.Cos(2 * Math.PI * NextUniform());

    /// <summary>0 … <paramref name="count"/> − 1 in random order (Fisher–Yates).</summary>
    public int[] Permutation(int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var i = count - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    /// <inheritdoc/>
    public Tensor NormalLike(Tensor like) => noise.NormalLike(like);

    /// <summary>Uniform noise in [0, 1) of this shape, float32 on the CPU.</summary>
    public Tensor Uniform(params long[] shape) => rand(shape, generator: generator);

    /// <inheritdoc/>
    public void Dispose()
    {
        noise.Dispose();
        generator.Dispose();
    }

    /// <summary>The state that a seed and a key name.</summary>
    internal static ulong StateOf(ulong seed, ReadOnlySpan<ulong> key)
    {
        var mixed = Mix(seed);
        foreach (var part in key)
        {
            mixed = Mix(mixed ^ Mix(part + 0x9E3779B97F4A7C15));
        }

        return mixed;
    }

    internal static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
