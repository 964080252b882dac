namespace Brownian.Data;

/// <summary>
/// A random stream for drawing and augmenting single images: the same bits as <see cref="RandomStream"/>'s, without a native generator.
/// Only +, −, ×, ÷ and √ are used on its numbers where pictures are drawn, so that every platform draws the same bytes.
/// </summary>
internal struct KeyedRandom
{
    private ulong state;

    public KeyedRandom(ulong seed, params ReadOnlySpan<ulong> key) => state = RandomStream.StateOf(seed, key);

    public ulong Bits()
    {
        state += 0x9E3779B97F4A7C15;
        return RandomStream.Mix(state);
    }

    /// <summary>A number in [0, 1).</summary>
    public double Uniform() => (Bits() >> 11) * (1.0 / (1UL << 53));

    public double Between(double low, double high) => low + (high - low) * Uniform();

    public int Below(int count) => (int)(((UInt128)Bits() * (ulong)count) >> 64);

    public bool Chance(double probability) => Uniform() < probability;

    /// <summary>Mean 0, standard deviation 1, within ±4.24: the sum of six uniform numbers (no logarithm, no far outliers).</summary>
    public double Bell() => (Uniform() + Uniform() + Uniform() + Uniform() + Uniform() + Uniform() - 3) * 1.4142135623730951;
}
