using static TorchSharp.torch;

namespace Brownian.Networks.DiT;

/// <summary>
/// Sines and cosines of where a patch is, half of the channels for its column and half for its row (Vaswani et al. 2017; Dosovitskiy et al. 2021).
/// </summary>
internal static class PatchPositions
{
    private const double Longest = 10_000;

    /// <summary>[H·W, C] in float32, row by row.</summary>
    /// <param name="rows">H, in patches.</param>
    /// <param name="columns">W, in patches.</param>
    /// <param name="channels">C, a multiple of 4.</param>
    /// <param name="side">The side that the network was trained on, in patches: other sides are stretched to it.</param>
    /// <param name="scale">By how much positions are squeezed.</param>
    /// <exception cref="ArgumentException">C is no multiple of 4.</exception>
    public static Tensor Table(long rows, long columns, int channels, int side, int scale)
    {
        if (channels % 4 != 0)
        {
            throw new ArgumentException($"config: positions of patches need a multiple of 4 channels; got {channels}.");
        }

        using var scope = NewDisposeScope();
        var (x, y) = (Axis(columns, channels / 2, side, scale), Axis(rows, channels / 2, side, scale)); // [W, C/2], [H, C/2]
        var wide = x.unsqueeze(0).expand(rows, columns, channels / 2);
        var high = y.unsqueeze(1).expand(rows, columns, channels / 2);
        return cat([wide, high], 2).reshape(rows * columns, channels).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    // Positions are float32 in the references, and the rest float64.
    private static Tensor Axis(long count, int channels, int side, int scale)
    {
        var stretch = (float)(count / (double)side);
        var positions = tensor(Enumerable.Range(0, (int)count).Select(i => (double)(i / stretch / scale)).ToArray());
        var frequencies = tensor(Enumerable.Range(0, channels / 2).Select(i => 1 / Math.Pow(Longest, i / (channels / 2.0))).ToArray());
        var phase = outer(positions, frequencies);
        return cat([phase.sin(), phase.cos()], 1);
    }
}
