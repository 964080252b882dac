using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Live;
using Brownian.Cli.Samples;
using Brownian.Cli.Terminals;
using Brownian.Data;
using Brownian.Samplers;
using TorchSharp;

namespace Brownian.Cli.Commands;

/// <summary>Draws pictures from a trained model.</summary>
internal sealed class SampleCommand : BrownianCommand
{
    private readonly Argument<string> run = new("RUN") { Description = "A run folder, one of its checkpoints, or a diffusers folder." };
    private readonly Option<int?> count = new("-n", "--count") { Description = "How many pictures.", HelpName = "N" };
    private readonly Option<string[]> classes = new("--class") { Description = "A class by name or number, several, or all.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
    private readonly Option<double?> guidance = new("--guidance") { Description = "How strongly the class is followed: 1 plainly, 2 or 3 more plainly and with less variety.", HelpName = "SCALE" };
    private readonly Option<string?> sampler = new("--sampler") { Description = $"{string.Join(", ", KnownNames.Samplers)}; the model's own if left out.", HelpName = "NAME" };
    private readonly Option<string[]> options = new("--option") { Description = "A number of the sampler, such as eta=0.5, churn=40, snr=0.16 or rtol=1e-4; several. A wrong name lists those that it has.", HelpName = "NAME=N", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> spacing = new("--spacing") { Description = $"{string.Join(", ", KnownNames.Spacings)}; the sampler's own if left out.", HelpName = "NAME" };
    private readonly Option<int?> steps = SharedOptions.Steps("Steps of the sampler.");
    private readonly Option<ulong> seed = SharedOptions.Seed("The first picture's; those after it have the numbers after it.");
    private readonly Option<int> batch = new("--batch") { Description = "Pictures at once: speed and memory.", HelpName = "N", DefaultValueFactory = _ => 32 };
    private readonly Option<string?> grid = new("--grid") { Description = "Rows × columns of grid.png, such as 8x8.", HelpName = "RxC" };
    private readonly Option<bool> trajectory = new("--trajectory") { Description = "Also the way from noise to picture: trajectory.png and .webp." };
    private readonly Option<bool> raw = new("--raw") { Description = "The weights as trained, not their average." };
    private readonly Option<string?> precision = SharedOptions.Precision();
    private readonly Option<string> device = SharedOptions.Device();
    private readonly Option<string?> output = SharedOptions.Out("The folder for the pictures; a new samples folder if left out.");
    private readonly Option<bool> force = SharedOptions.Force();
    private readonly Option<bool> json = SharedOptions.Json();

    public SampleCommand(Terminal terminal)
        : base(terminal, "sample", "Draw pictures from a trained model.")
    {
        sampler.CompletionSources.Add(KnownNames.Samplers);
        spacing.CompletionSources.Add(KnownNames.Spacings);
        AddAll(run, count, classes, guidance, sampler, options, spacing, steps, seed, batch, grid, trajectory, raw, precision, device, output, force, json);
        Examples =
        [
            "brownian sample quickstart/run -n 64 --class all --guidance 2",
            "brownian sample quickstart/run -n 16 --class 3 --sampler heun --steps 10 --seed 7 --trajectory",
        ];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        if (!Directory.Exists(parse.GetValue(run)))
        {
            throw new UsageException($"sample: there is no folder {parse.GetValue(run)}. Give a run folder or a diffusers folder.");
        }

        using var bundle = ModelBundle.Load(parse.GetValue(run)!, parse.GetValue(raw));
        var (settings, columns) = Settings(parse, bundle);
        bundle.Model.Network.to(Devices.Of(parse.GetValue(device)!));
        bundle.Model.Network.ComputeType = Devices.Precision(parse.GetValue(precision));
        var folder = OutputFolder.Choose(parse.GetValue(output), "samples", parse.GetValue(force));

        var begin = TimeProvider.System.GetTimestamp();
        using var progress = new SampleProgress(Terminal, settings.Count);
        using var samples = SamplePictures.Make(
            bundle, settings, Path.GetFullPath(parse.GetValue(run)!), parse.GetValue(raw), progress.Show, cancellation);
        var seconds = TimeProvider.System.GetElapsedTime(begin).TotalSeconds;
        progress.Dispose();

        var files = Write(samples, folder, columns, parse.GetValue(trajectory));
        Report(parse, settings, samples, files, columns, seconds);
        return ExitCode.Ok;
    }

    private (SampleSettings Settings, int Columns) Settings(ParseResult parse, ModelBundle bundle)
    {
        var (rows, across) = Grid(parse.GetValue(grid));
        var (labels, number, each) = ClassChoice.Of(bundle, parse.GetValue(classes) ?? [], parse.GetValue(count) ?? rows * across);
        var settings = UsageException.When(() => SampleSettings.For(
            bundle, parse.GetValue(sampler), parse.GetValue(spacing), parse.GetValue(steps), parse.GetValue(guidance),
            SamplerSettings.Parse(parse.GetValue(options) ?? [])));
        Positive("-n", number);
        Positive("--batch", parse.GetValue(batch));
        if (settings.Guidance != 1 && bundle.NullLabel is null)
        {
            throw new UsageException("--guidance: the model was not trained for guidance (it has no label for \"any class\"). Leave it out.");
        }

        var free = labels is not null && labels.All(label => label == bundle.NullLabel);
        var squarest = (int)Math.Ceiling(Math.Sqrt(number));
        return (
            settings with
            {
                Seed = parse.GetValue(seed),
                Count = number,
                BatchSize = Math.Min(number, parse.GetValue(batch)),
                Labels = labels,
                Guidance = free ? 1 : settings.Guidance,
                Trajectory = parse.GetValue(trajectory),
            },
            across ?? (each < number && each <= 2 * squarest ? each : squarest));
    }

    private static List<string> Write(SamplePictures samples, string folder, int columns, bool withTrajectory)
    {
        var files = new List<string>();
        for (var i = 0; i < samples.Pictures.Count; i++)
        {
            Save($"{i:000000}.png", path => ImageCodec.SavePng(samples.Pictures[i], path, samples.Records[i].ToText()));
        }

        var whole = ImageGrid.Tile(samples.Pictures, columns);
        Save("grid.png", path => ImageCodec.SavePng(whole, path, (samples.Whole with { GridColumns = columns }).ToText()));
        if (withTrajectory)
        {
            var frames = TrajectoryPictures.Data(samples.Trajectory);
            Save("trajectory.png", path => ImageCodec.SavePng(TrajectoryPictures.Strip(frames, 8), path));
            Save("trajectory.webp", path => File.WriteAllBytes(path, TrajectoryPictures.Animation(frames, columns)));
        }

        return files;

        void Save(string name, Action<string> write)
        {
            var path = Path.Combine(folder, name);
            write(path);
            files.Add(path);
        }
    }

    private void Report(ParseResult parse, SampleSettings settings, SamplePictures samples, List<string> files, int columns, double seconds)
    {
        var whole = samples.Whole;
        if (parse.GetValue(json))
        {
            Terminal.Out.WriteLine(Json.Of(new { seconds, pictures_per_second = settings.Count / seconds, settings = whole, files }));
            return;
        }

        Terminal.Show(Pixels.Of(ImageGrid.Tile(samples.Pictures, columns)));
        var guided = whole.Guidance == 1 ? "" : $", guidance {whole.Guidance}";
        Terminal.Say($"{settings.Count} pictures by {whole.Sampler}{(whole.Options is null ? "" : $" ({whole.Options})")}, {whole.Spacing}, {whole.Steps} steps{guided}, in {Words.Duration(seconds)}");
        Terminal.Out.WriteLine(Path.GetDirectoryName(files[0]));
    }

    private static (int? Rows, int? Columns) Grid(string? text)
    {
        if (text is null)
        {
            return (null, null);
        }

        return text.Split('x', 'X', '×') is [var r, var c] && int.TryParse(r, out var rows) && int.TryParse(c, out var columns) && rows > 0 && columns > 0
            ? (rows, columns)
            : throw new UsageException($"--grid: expected rows x columns, such as 8x8; got {text}.");
    }

    private static void Positive(string name, int value)
    {
        if (value < 1)
        {
            throw new UsageException($"{name}: expected a number above 0; got {value}.");
        }
    }
}
