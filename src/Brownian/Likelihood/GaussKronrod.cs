namespace Brownian.Likelihood;

/// <summary>The 15-point Gauss–Kronrod rule on [0, 1], with the 7-point Gauss rule in it that tells the error (Kronrod 1965; QUADPACK's qk15).</summary>
internal static class GaussKronrod
{
    private static readonly double[] HalfNodes =
    [
        0.991455371120812639206854697526329, 0.949107912342758524526189684047851, 0.864864423359769072789712788640926,
        0.741531185599394439863864773280788, 0.586087235467691130294144691258025, 0.405845151377397166906606412076961,
        0.207784955007898467600689403773245, 0,
    ];

    private static readonly double[] HalfWeights =
    [
        0.022935322010529224963732008058970, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518,
        0.140653259715525918745189590510238, 0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
        0.204432940075298892414161999234649, 0.209482141084727828012999174891714,
    ];

    private static readonly double[] HalfGauss =
        [0, 0.129484966168869693270611432679082, 0, 0.279705391489276667901467771423780, 0, 0.381830050505118944950369775488975, 0, 0.417959183673469387755102040816327];

    /// <summary>15 points in [0, 1], ascending.</summary>
    public static double[] Nodes { get; } = [.. HalfNodes.Select(x => (1 - x) / 2), .. HalfNodes.Reverse().Skip(1).Select(x => (1 + x) / 2)];

    /// <summary>Weights of the 15 points.</summary>
    public static double[] Weights { get; } = Mirrored(HalfWeights);

    /// <summary>Weights of the 7-point rule, 0 at the other points.</summary>
    public static double[] GaussWeights { get; } = Mirrored(HalfGauss);

    private static double[] Mirrored(double[] half) => [.. half.Select(w => w / 2), .. half.Reverse().Skip(1).Select(w => w / 2)];
}
