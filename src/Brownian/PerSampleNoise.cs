using static TorchSharp.torch;

namespace Brownian;

/// <summary>One random stream for each sample of a batch, so that sample <c>i</c> is the same in any batch and on any device.</summary>
public sealed class PerSampleNoise : INoise, IDisposable
{
    private readonly Generator[] generators;

    /// <summary>Starts one stream for each seed.</summary>
    /// <param name="seeds">N seeds, one a sample.</param>
    public PerSampleNoise(IEnumerable<ulong> seeds) => generators = [.. seeds.Select(seed => new Generator(seed, CPU))];

    /// <summary>Streams for the samples <paramref name="first"/> … <paramref name="first"/> + <paramref name="count"/> − 1 of a run.</summary>
    public static PerSampleNoise ForRun(ulong seed, int first, int count) =>
        new(Enumerable.Range(first, count).Select(i => seed + (ulong)i));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The batch has another size than the number of seeds.</exception>
    public Tensor NormalLike(Tensor like)
    {
        if (like.size(0) != generators.Length)
        {
            throw new ArgumentException(
                $"noise: expected a batch of {generators.Length}, one sample a seed; got {like.size(0)}. Give one seed for each sample.",
                nameof(like));
        }

        using var scope = NewDisposeScope();
        long[] one = [1, .. like.shape[1..]];
        var rows = generators.Select(g => randn(one, dtype: like.dtype, generator: g)).ToArray();
        return cat(rows, 0).to(like.device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var generator in generators)
        {
            generator.Dispose();
        }
    }
}
