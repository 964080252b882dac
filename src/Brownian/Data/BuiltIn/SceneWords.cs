namespace Brownian.Data.BuiltIn;

/// <summary>The words of <c>builtin:scenes</c>, and what they look like.</summary>
internal static class SceneWords
{
    public static readonly string[] Shapes = ["circle", "square", "triangle", "star", "diamond", "cross", "ring", "heart"];

    public static readonly (string Name, Rgb Paint)[] Colours =
    [
        ("red", new(214, 40, 40)), ("orange", new(242, 136, 28)), ("yellow", new(246, 214, 44)), ("green", new(46, 150, 62)),
        ("turquoise", new(52, 196, 190)), ("blue", new(42, 86, 204)), ("purple", new(128, 52, 168)), ("pink", new(240, 124, 178)),
        ("white", new(248, 248, 248)), ("black", new(18, 18, 20)),
    ];

    public static readonly (string Name, Rgb Paint)[] Backgrounds =
    [
        ("white", new(240, 240, 238)), ("grey", new(140, 142, 146)), ("black", new(26, 26, 30)),
        ("beige", new(222, 204, 170)), ("light blue", new(168, 206, 236)), ("dark green", new(30, 70, 48)),
    ];

    public static readonly string[] Relations = ["left of", "right of", "above", "below"];

    /// <summary>The nine places of a lone object, row by row.</summary>
    public static readonly string[] Positions =
    [
        "at the top left", "at the top", "at the top right",
        "on the left", "in the centre", "on the right",
        "at the bottom left", "at the bottom", "at the bottom right",
    ];

    /// <summary>
    /// Whether a colour and a shape come together only in the split <c>heldout</c>: 8 of the 80 pairs, each shape once, each colour at
    /// most once, so that a model has seen every word.
    /// </summary>
    public static bool IsHeldOut(int colour, int shape) => colour == (shape * 3 + 1) % Colours.Length;

    /// <summary>Whether a colour can be told from a background (distance in RGB).</summary>
    public static bool StandsOut(Rgb colour, Rgb background)
    {
        var (r, g, b) = (colour.R - background.R, colour.G - background.G, colour.B - background.B);
        return r * r + g * g + b * b > 90 * 90;
    }
}
