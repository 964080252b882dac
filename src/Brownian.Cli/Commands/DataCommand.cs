using System.CommandLine;
using Brownian.Cli.Live;
using Brownian.Cli.Previews;
using Brownian.Cli.Terminals;
using Brownian.Data;

namespace Brownian.Cli.Commands;

/// <summary>Shows what a training would see: a grid of images, and the set's numbers.</summary>
internal sealed class DataCommand : BrownianCommand
{
    private readonly Argument<string> data = new("DATA") { Description = $"{string.Join(", ", KnownNames.Data)}, or a folder or file of images.", HelpName = "DATA" };
    private readonly Option<string?> folder = SharedOptions.DataFolder();
    private readonly Option<string> split = new("--split") { Description = "train, test, or heldout where the set has one.", HelpName = "NAME", DefaultValueFactory = _ => "train" };
    private readonly Option<int?> size = new("--size") { Description = "Side of the square images; the set's own if left out.", HelpName = "PIXELS" };
    private readonly Option<int?> channels = new("--channels") { Description = "1 grey, 3 colour, 4 with alpha; the set's own if left out.", HelpName = "N" };
    private readonly Option<ulong> seed = SharedOptions.Seed("Which images are shown.");
    private readonly Option<string?> output = SharedOptions.Out("Write the grid to this PNG file.");
    private readonly Option<bool> json = SharedOptions.Json();

    public DataCommand(Terminal terminal)
        : base(terminal, "data", "Preview a data set: a grid of its images, and its numbers.")
    {
        data.CompletionSources.Add(KnownNames.Data);
        AddAll(data, folder, split, size, channels, seed, output, json);
        Examples = ["brownian data builtin:strokes", "brownian data ~/pictures --size 64 --out preview.png"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var options = new DatasetOptions
        {
            Split = parse.GetValue(split)!,
            Size = parse.GetValue(size),
            Channels = parse.GetValue(channels),
            DataDirectory = parse.GetValue(folder),
        };
        var set = UsageException.When(() => DatasetCatalog.Open(parse.GetValue(data)!, options));
        var grid = DatasetPreview.Grid(set, parse.GetValue(seed));
        if (parse.GetValue(output) is { } path)
        {
            ImageCodec.SavePng(grid, path);
        }

        var numbers = DatasetNumbers.Of(set);
        if (parse.GetValue(json))
        {
            Terminal.Out.WriteLine(Json.Of(numbers));
            return ExitCode.Ok;
        }

        Terminal.Show(Pixels.Of(grid));
        Print(numbers);
        if (parse.GetValue(output) is { } written)
        {
            Terminal.Out.WriteLine($"grid      {Path.GetFullPath(written)}");
        }

        return ExitCode.Ok;
    }

    private void Print(DatasetNumbers numbers)
    {
        Terminal.Out.WriteLine($"name      {numbers.Name}");
        Terminal.Out.WriteLine($"images    {numbers.Count} of {numbers.Channels}×{numbers.Height}×{numbers.Width} (channels × rows × columns)");
        Terminal.Out.WriteLine($"pixels    mean {Words.Number(numbers.Mean)}, standard deviation {Words.Number(numbers.Deviation)}, in [−1, 1]");
        if (numbers.Classes is { } classes)
        {
            Terminal.Out.WriteLine($"classes   {classes.Count}: {string.Join(", ", classes.Take(20).Select(c => $"{c.Key} ({c.Value})"))}{(classes.Count > 20 ? ", …" : "")}");
        }

        foreach (var caption in numbers.Captions ?? [])
        {
            Terminal.Out.WriteLine($"caption   {caption}");
        }

        foreach (var skipped in numbers.Skipped)
        {
            Terminal.Out.WriteLine($"left out  {skipped.Name}: {skipped.Reason}");
        }
    }
}
