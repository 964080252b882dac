using SkiaSharp;

namespace Brownian.Cli.Toys;

/// <summary>From white over teal to night blue: darker is more, also in print and for the colour-blind.</summary>
internal static class HeatScale
{
    private static readonly SKColor[] Stops =
        [new(255, 255, 255), new(219, 241, 236), new(158, 215, 205), new(82, 170, 163), new(25, 120, 128), new(13, 74, 102), new(10, 33, 66)];

    /// <param name="value">In [0, 1]; clamped.</param>
    public static SKColor At(double value)
    {
        var place = Math.Clamp(value, 0, 1) * (Stops.Length - 1);
        var low = Math.Min((int)place, Stops.Length - 2);
        var (a, b, share) = (Stops[low], Stops[low + 1], place - low);
        byte Between(byte x, byte y) => (byte)Math.Round(x + (y - x) * share);
        return new(Between(a.Red, b.Red), Between(a.Green, b.Green), Between(a.Blue, b.Blue));
    }
}
