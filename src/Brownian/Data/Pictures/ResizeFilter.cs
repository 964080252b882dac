namespace Brownian.Data;

/// <summary>The kernel of an antialiased resize; its support grows with the reduction, as in Pillow and in torch's <c>antialias=True</c>.</summary>
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
}
