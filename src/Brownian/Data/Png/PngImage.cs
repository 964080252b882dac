namespace Brownian.Data.Png;

/// <summary>A decoded PNG.</summary>
/// <param name="Channels">1 grey, 3 RGB, 4 RGBA.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Levels">The largest value: 255, or 65535 for a 16-bit file.</param>
/// <param name="Samples">Row by row, pixel by pixel (HWC), 0 … <paramref name="Levels"/>.</param>
internal sealed record PngImage(int Channels, int Height, int Width, int Levels, ushort[] Samples);
