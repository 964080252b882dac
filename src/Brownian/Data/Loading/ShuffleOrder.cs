using System.Numerics;

namespace Brownian.Data;

/// <summary>
/// The order in which an endless walk over a set visits it: each epoch is a permutation that is computed index by index, with nothing
/// stored, so that a walk can start anywhere. A four-round Feistel network on the smallest even number of bits that holds the count,
/// followed until it lands inside ("cycle walking", Black and Rogaway 2002).
/// </summary>
internal readonly struct ShuffleOrder
{
    private readonly int count;
    private readonly int halfBits;
    private readonly ulong seed;
    private readonly bool shuffle;

    public ShuffleOrder(int count, ulong seed, bool shuffle)
    {
        this.count = count;
        this.seed = seed;
        this.shuffle = shuffle;
        halfBits = Math.Max(1, (BitOperations.Log2((uint)count) + 2) / 2);
    }

    /// <summary>Which image is the <paramref name="sample"/>-th one, counted over all epochs.</summary>
    public int At(long sample)
    {
        var (epoch, at) = Math.DivRem(sample, count);
        if (!shuffle)
        {
            return (int)at;
        }

        var key = RandomStream.StateOf(seed, [0x5348554646, (ulong)epoch]);
        var value = (ulong)at;
        do
        {
            value = Permute(value, key);
        }
        while (value >= (ulong)count);

        return (int)value;
    }

    private ulong Permute(ulong value, ulong key)
    {
        var mask = (1UL << halfBits) - 1;
        var (left, right) = (value >> halfBits, value & mask);
        for (var round = 1UL; round <= 4; round++)
        {
            (left, right) = (right, left ^ (RandomStream.Mix(key + round * 0x9E3779B97F4A7C15 + right) & mask));
        }

        return (left << halfBits) | right;
    }
}
