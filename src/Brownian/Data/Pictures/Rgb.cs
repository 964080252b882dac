namespace Brownian.Data;

/// <summary>A colour, 0 … 255 each.</summary>
/// <param name="R">Red.</param>
/// <param name="G">Green.</param>
/// <param name="B">Blue.</param>
public readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>White.</summary>
    public static Rgb White => new(255, 255, 255);

    /// <summary>Black.</summary>
    public static Rgb Black => default;

    /// <summary>The colour's grey value: ITU-R BT.601 luma, rounded (what Pillow's <c>convert("L")</c> uses).</summary>
    public byte Luma => (byte)((R * 19595 + G * 38470 + B * 7471 + 0x8000) >> 16);
}
