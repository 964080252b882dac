namespace Brownian.Networks.Refine;

/// <summary>One level of a <see cref="RefineNet"/>.</summary>
/// <param name="Suffix">Of its names: "1", "2", "3", "31", …</param>
/// <param name="Mult">Its channels, in units of the first level's.</param>
/// <param name="Refined">Channels of its refining block's output, in the same units.</param>
/// <param name="Dilation">Of its convolutions; null for a level that halves the resolution.</param>
/// <param name="RefineSuffix">Of the name of its refining block; blocks are numbered from the lowest resolution.</param>
internal sealed record RefineLevel(string Suffix, int Mult, int Refined, int? Dilation, string RefineSuffix);

/// <summary>The levels of the three depths, from the image inwards.</summary>
internal static class RefineLayout
{
    public static IReadOnlyList<RefineLevel> Of(string depth) => depth switch
    {
        "standard" =>
        [
            new("1", 1, 1, null, "4"), new("2", 2, 1, null, "3"), new("3", 2, 2, 2, "2"), new("4", 2, 2, 4, "1"),
        ],
        "deeper" =>
        [
            new("1", 1, 1, null, "5"), new("2", 2, 1, null, "4"), new("3", 2, 2, null, "3"), new("4", 4, 2, 2, "2"), new("5", 4, 4, 4, "1"),
        ],
        "deepest" =>
        [
            new("1", 1, 1, null, "5"), new("2", 2, 1, null, "4"), new("3", 2, 2, null, "3"), new("31", 2, 2, null, "31"),
            new("4", 4, 2, 2, "2"), new("5", 4, 4, 4, "1"),
        ],
        _ => throw new ArgumentException($"depth: expected standard, deeper or deepest; got \"{depth}\"."),
    };
}
