namespace Brownian.Checkpoints;

/// <summary>The shape of one image, [C, H, W].</summary>
/// <param name="Channels">C: 1 grey, 3 RGB, 4 RGBA.</param>
/// <param name="Height">H, in pixels.</param>
/// <param name="Width">W, in pixels.</param>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    /// <summary>[<paramref name="count"/>, C, H, W].</summary>
    public long[] Batch(long count) => [count, Channels, Height, Width];

    /// <inheritdoc/>
    public override string ToString() => $"[{Channels}, {Height}, {Width}]";
}
