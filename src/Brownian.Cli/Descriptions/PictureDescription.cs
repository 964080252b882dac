using Brownian.Cli.Live;
using Brownian.Cli.Samples;
using Brownian.Data;

namespace Brownian.Cli.Descriptions;

/// <summary>What can be told of a picture: its shape, and how it was made.</summary>
internal sealed record PictureDescription(string Path, int Channels, int Height, int Width, SampleRecord? Settings, IReadOnlyDictionary<string, string> Text)
{
    public static PictureDescription Of(string path)
    {
        var picture = ImageCodec.Load(path);
        var isPng = System.IO.Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase);
        var text = isPng ? PngText.Read(path) : new Dictionary<string, string>();
        var others = text.Where(t => t.Key != SampleRecord.Keyword).ToDictionary(t => t.Key, t => t.Value, StringComparer.Ordinal);
        return new(path, picture.Channels, picture.Height, picture.Width, SampleRecord.Read(text), others);
    }

    public IReadOnlyList<(string Name, string Value)> Lines()
    {
        var lines = new List<(string, string)> { ("picture", $"{Path}, {Width}×{Height}, {Channels switch { 1 => "grey", 3 => "colour", _ => "colour with alpha" }}") };
        if (Settings is not { } made)
        {
            lines.AddRange(Text.Select(t => (t.Key, t.Value)));
            lines.Add(("made by", Text.Count > 0 ? "another program" : "unknown: it carries no settings"));
            return lines;
        }

        lines.Add(("made by", $"brownian {made.Version}, libtorch {made.Torch}, {made.Precision} on {made.Device}"));
        lines.Add(("model", $"{made.Model} ({(made.Raw ? "raw" : "averaged")} weights, SHA-256 {made.ModelSha256[..16]}…)"));
        lines.Add(("sampler", $"{made.Method()}, {Words.Counted(made.Steps, "step")}, guidance {made.Guidance}"));
        lines.Add(("seed", made.Count > 1 ? $"{made.Seed} to {made.Seed + (ulong)made.Count - 1}: a grid of {Words.Counted(made.Count, "picture")}" : $"{made.Seed}"));
        if (made.Drawing is { } drawn)
        {
            (string, string?)[] wishes =
            [
                ("prompt", drawn.Prompt), ("negative", drawn.Negative), ("image", drawn.Image?.Path), ("mask", drawn.Mask?.Path), ("strength", drawn.Strength is { } x ? $"{x}" : null),
            ];
            lines.AddRange(wishes.Where(wish => wish.Item2 is not null).Select(wish => (wish.Item1, wish.Item2!)));
        }

        if (made.Labels is { Count: > 0 } labels)
        {
            lines.Add(("class", made.Class ?? string.Join(", ", labels.Distinct())));
        }

        lines.Add(("again", ProgramName.Line("reproduce", Path)));
        return lines;
    }
}
