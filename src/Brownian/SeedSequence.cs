using System.Runtime.InteropServices;

namespace Brownian;

/// <summary>
/// NumPy's SeedSequence (after O'Neill's seed_seq): many well-mixed seeds from few numbers. Its output is that of NumPy ≥ 1.19, because streams of
/// other programs are seeded with it.
/// </summary>
internal static class SeedSequence
{
    /// <summary>The first <paramref name="count"/> 32-bit seeds of an entropy and a key.</summary>
    /// <param name="entropy">What all sequences of a family share.</param>
    /// <param name="key">What tells the members apart; may be empty.</param>
    /// <param name="poolSize">Words of the pool in which they are mixed; 4 is NumPy's default.</param>
    /// <param name="count">How many seeds.</param>
    public static uint[] Generate(ulong entropy, ReadOnlySpan<ulong> key, int poolSize, int count)
    {
        var pool = Mixed(Assembled(entropy, key, poolSize), poolSize);
        var state = new uint[count];
        var hash = 0x8B51F9DDu;
        for (var i = 0; i < count; i++)
        {
            var word = pool[i % poolSize] ^ hash;
            hash *= 0x58F38DED;
            word *= hash;
            state[i] = word ^ (word >> 16);
        }

        return state;
    }

    private static List<uint> Assembled(ulong entropy, ReadOnlySpan<ulong> key, int poolSize)
    {
        var words = new List<uint>();
        Add(words, entropy);
        if (key.Length > 0)
        {
            // So that an entropy of one more word is not the same as a key.
            CollectionsMarshal.SetCount(words, Math.Max(words.Count, poolSize));
        }

        foreach (var part in key)
        {
            Add(words, part);
        }

        return words;
    }

    private static void Add(List<uint> words, ulong number)
    {
        words.Add((uint)number);
        if (number > uint.MaxValue)
        {
            words.Add((uint)(number >> 32));
        }
    }

    private static uint[] Mixed(List<uint> words, int poolSize)
    {
        var hash = 0x43B0D7E5u;
        var pool = new uint[poolSize];
        for (var i = 0; i < poolSize; i++)
        {
            pool[i] = Hashed(i < words.Count ? words[i] : 0, ref hash);
        }

        for (var from = 0; from < Math.Max(poolSize, words.Count); from++)
        {
            for (var to = 0; to < poolSize; to++)
            {
                if (from != to)
                {
                    pool[to] = Mix(pool[to], Hashed(from < poolSize ? pool[from] : words[from], ref hash));
                }
            }
        }

        return pool;
    }

    private static uint Hashed(uint word, ref uint hash)
    {
        word ^= hash;
        hash *= 0x931E8875;
        word *= hash;
        return word ^ (word >> 16);
    }

    private static uint Mix(uint x, uint y)
    {
        var mixed = 0xCA01F9DD * x - 0x4973F715 * y;
        return mixed ^ (mixed >> 16);
    }
}
