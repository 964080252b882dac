using System.CommandLine;

namespace Brownian.Cli.Drawings;

/// <summary>The options of pipelines that draw from texts and pictures.</summary>
internal sealed class DrawOptions
{
    private readonly Option<string?> prompt = new("--prompt") { Description = "What the pictures show, for models that read texts.", HelpName = "TEXT" };
    private readonly Option<string?> negative = new("--negative") { Description = "What they do not show.", HelpName = "TEXT" };
    private readonly Option<string?> image = new("--image") { Description = "A picture that is changed, filled or enlarged.", HelpName = "FILE" };
    private readonly Option<string?> mask = new("--mask") { Description = "A picture that is white where the image is drawn anew.", HelpName = "FILE" };
    private readonly Option<double?> strength = new("--strength") { Description = "How much of the image is drawn anew: above 0, at most 1 (0.8; 1 with a mask).", HelpName = "X" };
    private readonly Option<string?> size = new("--size") { Description = "Width x height in pixels, such as 512x768; the model's own if left out.", HelpName = "WxH" };

    public IEnumerable<Symbol> Symbols => [prompt, negative, image, mask, strength, size];

    /// <summary>The first of these options that was given; null if none was.</summary>
    public string? Given(ParseResult parse) => Symbols.OfType<Option>().FirstOrDefault(option => parse.GetResult(option) is { Implicit: false })?.Name;

    public DrawWish Read(ParseResult parse) => new()
    {
        Prompt = parse.GetValue(prompt),
        Negative = parse.GetValue(negative),
        Image = InputFile.Of("--image", parse.GetValue(image)),
        Mask = InputFile.Of("--mask", parse.GetValue(mask)),
        Strength = parse.GetValue(strength),
        Size = Sides(parse.GetValue(size)),
    };

    private static (int Height, int Width)? Sides(string? text) => text is null ? null
        : text.Split('x', 'X', '×') is [var w, var h] && int.TryParse(w, out var width) && int.TryParse(h, out var height) && width > 0 && height > 0 ? (height, width)
        : throw new UsageException($"--size: expected width x height, such as 512x768; got {text}.");
}
