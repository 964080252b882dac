namespace Brownian.Data;

/// <summary>One picture as bytes, channel by channel (CHW), 0 … 255.</summary>
public sealed class Picture
{
    /// <summary>A picture on the bytes given (not copied).</summary>
    /// <param name="channels">1 grey, 3 RGB, 4 RGBA (alpha not premultiplied).</param>
    /// <param name="height">Rows, in pixels.</param>
    /// <param name="width">Columns, in pixels.</param>
    /// <param name="pixels">C × H × W bytes.</param>
    public Picture(int channels, int height, int width, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (channels is not (1 or 3 or 4))
        {
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "A picture has 1 (grey), 3 (RGB) or 4 (RGBA) channels.");
        }

        if (pixels.Length != (long)channels * height * width)
        {
            throw new ArgumentException($"Expected {channels}×{height}×{width} = {(long)channels * height * width} bytes; got {pixels.Length}.", nameof(pixels));
        }

        (Channels, Height, Width, Pixels) = (channels, height, width, pixels);
    }

    /// <summary>A black (and for RGBA transparent) picture.</summary>
    public Picture(int channels, int height, int width)
        : this(channels, height, width, new byte[(long)channels * height * width])
    {
    }

    /// <summary>1 grey, 3 RGB, 4 RGBA.</summary>
    public int Channels { get; }

    /// <summary>Rows, in pixels.</summary>
    public int Height { get; }

    /// <summary>Columns, in pixels.</summary>
    public int Width { get; }

    /// <summary>C × H × W bytes.</summary>
    public byte[] Pixels { get; }

    /// <summary>The bytes of one channel.</summary>
    public Span<byte> Plane(int channel) => Pixels.AsSpan(channel * Height * Width, Height * Width);
}
