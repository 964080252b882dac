using System.Numerics;

namespace Brownian.Data;

/// <summary>Between bytes 0 … 255 and numbers in [−1, 1].</summary>
internal static class PixelScale
{
    /// <summary>
    /// x ↦ (2x − 255)/255: one rounding, so 0 and 255 are exactly −1 and 1, and every processor gives the same numbers.
    /// </summary>
    public static void ToUnit(ReadOnlySpan<byte> bytes, Span<float> numbers)
    {
        var at = 0;
        var width = Vector<byte>.Count;
        for (; at <= bytes.Length - width; at += width)
        {
            Vector.Widen(new Vector<byte>(bytes[at..]), out var low, out var high);
            Write(low, numbers[at..]);
            Write(high, numbers[(at + width / 2)..]);
        }

        for (; at < bytes.Length; at++)
        {
            numbers[at] = (2 * bytes[at] - 255) / 255f;
        }
    }

    /// <summary>The nearest byte of a number in [−1, 1]; numbers outside are clamped, NaN becomes 0.</summary>
    public static byte ToByte(float number) => (byte)Math.Clamp(MathF.Round((number + 1) * 127.5f), 0f, 255f);

    private static void Write(Vector<ushort> shorts, Span<float> numbers)
    {
        Vector.Widen(shorts, out var low, out var high);
        Scale(low).CopyTo(numbers);
        Scale(high).CopyTo(numbers[Vector<uint>.Count..]);
    }

    private static Vector<float> Scale(Vector<uint> values) =>
        Vector.ConvertToSingle(Vector.AsVectorInt32(values + values) - new Vector<int>(255)) / new Vector<float>(255f);
}
