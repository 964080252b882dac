namespace Brownian.Evaluation;

/// <summary>
/// NumPy's <c>RandomState(seed)</c>, as far as metrics use it: the Mersenne Twister (Matsumoto and Nishimura 1998), bounded integers by masks and
/// rejection, and Fisher–Yates shuffles. Published numbers were measured on its subsets.
/// </summary>
internal sealed class NumpyRandom
{
    private const int Size = 624, Middle = 397;
    private readonly uint[] state = new uint[Size];
    private int next = Size;

    public NumpyRandom(uint seed)
    {
        state[0] = seed;
        for (var i = 1; i < Size; i++)
        {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >> 30)) + (uint)i;
        }
    }

    /// <summary>32 random bits.</summary>
    public uint NextBits()
    {
        if (next == Size)
        {
            Twist();
        }

        var bits = state[next++];
        bits ^= bits >> 11;
        bits ^= (bits << 7) & 0x9D2C5680;
        bits ^= (bits << 15) & 0xEFC60000;
        return bits ^ (bits >> 18);
    }

    /// <summary>0 … <paramref name="count"/> − 1 in random order: <c>permutation(count)</c>, whose first k are <c>choice(count, k, replace=False)</c>.</summary>
    public int[] Permutation(int count)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var i = count - 1; i > 0; i--)
        {
            var j = UpTo((uint)i);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    // An integer in [0, largest].
    private uint UpTo(uint largest)
    {
        var mask = uint.MaxValue >> System.Numerics.BitOperations.LeadingZeroCount(largest);
        uint value;
        do
        {
            value = NextBits() & mask;
        }
        while (value > largest);

        return value;
    }

    private void Twist()
    {
        for (var i = 0; i < Size; i++)
        {
            var bits = (state[i] & 0x80000000) | (state[(i + 1) % Size] & 0x7FFFFFFF);
            state[i] = state[(i + Middle) % Size] ^ (bits >> 1) ^ ((bits & 1) == 0 ? 0 : 0x9908B0DF);
        }

        next = 0;
    }
}
