namespace Brownian.Data.Png;

/// <summary>The colour types of PNG, with the file's numbers.</summary>
internal enum PngColour
{
    Grey = 0,
    Rgb = 2,
    Palette = 3,
    GreyAlpha = 4,
    Rgba = 6,
}
