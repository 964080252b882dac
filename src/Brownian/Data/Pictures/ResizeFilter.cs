namespace Brownian.Data;

/// <summary>
/// The kernel of a resize. Those that mix pixels are antialiased: their support grows with the reduction, as in Pillow and in torch's
/// <c>antialias=True</c>.
/// </summary>
public enum ResizeFilter
{
    /// <summary>The average of the covered pixels.</summary>
    Box,

    /// <summary>A triangle of radius 1.</summary>
    Bilinear,

    /// <summary>Keys' cubic with a = −1/2, radius 2.</summary>
    Bicubic,

    /// <summary>Lanczos' windowed sinc, radius 3.</summary>
    Lanczos,

    /// <summary>The nearest pixel, unmixed: for masks and labels.</summary>
    Nearest,

    /// <summary>Hamming's windowed sinc, radius 1: sharper than <see cref="Bilinear"/> at the same cost.</summary>
    Hamming,
}
