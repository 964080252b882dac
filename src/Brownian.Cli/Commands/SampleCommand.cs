using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Drawings;
using Brownian.Cli.Live;
using Brownian.Cli.Samples;
using Brownian.Cli.Terminals;
using Brownian.Data;
using Brownian.Data.Text;
using Brownian.Samplers;
using Brownian.Tasks;
using TorchSharp;

namespace Brownian.Cli.Commands;

/// <summary>Draws pictures from a trained model.</summary>
internal sealed class SampleCommand : BrownianCommand
{
    private readonly Argument<string> run = new("RUN") { Description = "A run folder, one of its checkpoints, or a diffusers folder." };
    private readonly Option<int?> count = new("-n", "--count") { Description = "How many pictures.", HelpName = "N" };
    private readonly Option<string[]> classes = new("--class") { Description = "A class by name or number, several, or all.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
    private readonly Option<double?> guidance = new("--guidance") { Description = "How strongly the class or the prompt is followed: 1 plainly, more with less variety (2 or 3 for classes, 7.5 for prompts).", HelpName = "SCALE" };
    private readonly DrawOptions drawing = new();
    private readonly Option<string?> sampler = new("--sampler") { Description = $"{string.Join(", ", KnownNames.Samplers)}; the model's own if left out.", HelpName = "NAME" };
    private readonly Option<string[]> options = new("--option") { Description = "A number of the sampler, such as eta=0.5, churn=40, snr=0.16 or rtol=1e-4; several. A wrong name lists those that it has.", HelpName = "NAME=N", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> spacing = new("--spacing") { Description = $"{string.Join(", ", KnownNames.Spacings)}; the sampler's own if left out.", HelpName = "NAME" };
    private readonly Option<int?> steps = SharedOptions.Steps("Steps of the sampler.");
    private readonly Option<ulong> seed = SharedOptions.Seed("The first picture's; those after it have the numbers after it.");
    private readonly Option<int> batch = new("--batch") { Description = "Pictures at once: speed and memory.", HelpName = "N", DefaultValueFactory = _ => 32 };
    private readonly Option<string?> grid = new("--grid") { Description = "Rows × columns of grid.png, such as 8x8, and how many pictures if -n is left out. Fewer keep the columns and leave empty rows out.", HelpName = "RxC" };
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
        AddAll([run, count, .. drawing.Symbols, classes, guidance, sampler, options, spacing, steps, seed, batch, grid, trajectory, raw, precision, device, output, force, json]);
        Examples =
        [
            "brownian sample quickstart/run -n 64 --class all --guidance 2",
            "brownian sample quickstart/run -n 16 --class 3 --sampler heun --steps 10 --seed 7 --trajectory",
            "brownian sample stable-diffusion --prompt \"a horse\" --negative blurry --steps 30 -n 4 --seed 7",
            "brownian sample stable-diffusion --prompt \"a fox\" --image photo.png --mask mask.png --strength 0.9",
        ];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        if (!Directory.Exists(parse.GetValue(run)))
        {
            throw new UsageException($"sample: there is no folder {parse.GetValue(run)}. Give a run folder or a diffusers folder.");
        }

        if (Drawing.Knows(parse.GetValue(run)!))
        {
            return Draws(parse, cancellation);
        }

        if (UnClipDrawing.Knows(parse.GetValue(run)!))
        {
            return DrawsByUnClip(parse, cancellation);
        }

        using var bundle = ModelBundle.Load(parse.GetValue(run)!, parse.GetValue(raw));
        if (drawing.Given(parse) is { } option)
        {
            throw new UsageException($"{option}: the model draws without texts and images. Leave it out, or give the folder of a pipeline that reads them.");
        }

        var (settings, columns) = Settings(parse, bundle);
        bundle.Model.Network.to(Devices.Of(parse.GetValue(device)!));
        (bundle.Codec as torch.nn.Module)?.to(Devices.Of(parse.GetValue(device)!));
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

    /// <summary>A pipeline that draws from texts and pictures.</summary>
    private int Draws(ParseResult parse, CancellationToken cancellation)
    {
        var (choices, columns) = Choices(parse);
        using var bundle = LatentBundle.Load(parse.GetValue(run)!);
        bundle.To(Devices.Of(parse.GetValue(device)!));
        bundle.Model.Network.ComputeType = Devices.Precision(parse.GetValue(precision));
        var made = UsageException.When(() => Drawing.Of(bundle, drawing.Read(parse), choices));
        Warn(bundle.Tokenizer, made.Whole.Drawing!.Prompt);
        UsageException.When(made.Check);
        return Show(parse, made.Whole, bundle.Folder.ClassOf("scheduler"), columns, onStep => made.Run(onStep, cancellation));
    }

    private int DrawsByUnClip(ParseResult parse, CancellationToken cancellation)
    {
        var (choices, columns) = Choices(parse);
        using var model = UnClipModel.Load(parse.GetValue(run)!);
        model.To(Devices.Of(parse.GetValue(device)!)).ComputeType = Devices.Precision(parse.GetValue(precision));
        var made = UsageException.When(() => UnClipDrawing.Of(model, parse.GetValue(run)!, drawing.Read(parse), choices));
        Warn(model.Tokenizer, made.Whole.Drawing!.Prompt);
        var scheduler = PipelineFolder.Open(parse.GetValue(run)!).ClassOf("decoder_scheduler");
        return Show(parse, made.Whole, scheduler, columns, onStep => made.Run(onStep, cancellation));
    }

    private (DrawChoices Choices, int Columns) Choices(ParseResult parse)
    {
        if (parse.GetValue(classes) is { Length: > 0 } || parse.GetValue(trajectory) || parse.GetValue(raw))
        {
            throw new UsageException("--class, --trajectory and --raw: the pipeline has no classes, no recorded way and no raw weights. Leave them out.");
        }

        var (wanted, across) = Wanted(parse);
        var number = wanted ?? 1;
        Positive("-n", number);
        Positive("--batch", parse.GetValue(batch));
        var choices = UsageException.When(() => new DrawChoices
        {
            Sampler = parse.GetValue(sampler),
            Options = SamplerSettings.Parse(parse.GetValue(options) ?? []),
            Spacing = parse.GetValue(spacing),
            Steps = parse.GetValue(steps),
            Guidance = parse.GetValue(guidance),
            Seed = parse.GetValue(seed),
            Count = number,
            BatchSize = parse.GetResult(batch) is { Implicit: false } ? parse.GetValue(batch) : 1,
        });
        return (choices, across ?? (int)Math.Ceiling(Math.Sqrt(number)));
    }

    private void Warn(ClipTokenizer? tokenizer, string? prompt)
    {
        if (prompt is not null && tokenizer is not null && tokenizer.Encode(prompt).Count > tokenizer.MaxLength)
        {
            Terminal.Warn($"the prompt has {tokenizer.Encode(prompt).Count} tokens; what comes after the first {tokenizer.MaxLength} is not read");
        }
    }

    private int Show(
        ParseResult parse, SampleRecord whole, string? scheduler, int columns, Func<Action<GenerateStep>, IEnumerable<(Picture Picture, SampleRecord Record)>> draw)
    {
        var folder = OutputFolder.Choose(parse.GetValue(output), "samples", parse.GetValue(force));
        var begin = TimeProvider.System.GetTimestamp();
        using var progress = new SampleProgress(Terminal, whole.Count);
        var pictures = draw(progress.Show).ToArray();
        progress.Dispose();
        var seconds = TimeProvider.System.GetElapsedTime(begin).TotalSeconds;
        var files = pictures.Select((_, i) => Path.Combine(folder, $"{i:000000}.png")).Append(Path.Combine(folder, "grid.png")).ToArray();
        foreach (var ((picture, record), path) in pictures.Zip(files))
        {
            ImageCodec.SavePng(picture, path, record.ToText());
        }

        var tiled = ImageGrid.Tile([.. pictures.Select(made => made.Picture)], columns);
        ImageCodec.SavePng(tiled, files[^1], (whole with { GridColumns = columns }).ToText());
        if (parse.GetValue(json))
        {
            Terminal.Out.WriteLine(Json.Of(new { seconds, pictures_per_second = pictures.Length / seconds, settings = whole, files }));
            return ExitCode.Ok;
        }

        Terminal.Show(Pixels.Of(tiled));
        Terminal.Say($"{Words.Counted(pictures.Length, "picture")} by {whole.Method(scheduler)}, {Words.Counted(whole.Steps, "step")}, guidance {whole.Guidance}, in {Words.Duration(seconds)}");
        Terminal.Out.WriteLine(folder);
        return ExitCode.Ok;
    }

    private (SampleSettings Settings, int Columns) Settings(ParseResult parse, ModelBundle bundle)
    {
        var (wanted, across) = Wanted(parse);
        var (labels, number, each) = ClassChoice.Of(bundle, parse.GetValue(classes) ?? [], wanted);
        var settings = UsageException.When(() => SampleSettings.For(
            bundle, parse.GetValue(sampler), parse.GetValue(spacing), parse.GetValue(steps), parse.GetValue(guidance),
            SamplerSettings.Parse(parse.GetValue(options) ?? [])));
        Positive("-n", number);
        Positive("--batch", parse.GetValue(batch));
        if (parse.GetValue(guidance) is { } wish)
        {
            ClassChoice.CheckGuidance(bundle, labels, wish, Terminal);
        }

        var squarest = (int)Math.Ceiling(Math.Sqrt(number));
        return (
            settings with
            {
                Seed = parse.GetValue(seed),
                Count = number,
                BatchSize = Math.Min(number, parse.GetValue(batch)),
                Labels = labels,
                Guidance = ClassChoice.IsFree(bundle, labels) ? 1 : settings.Guidance,
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
        Terminal.Say($"{Words.Counted(settings.Count, "picture")} by {whole.Method()}, {Words.Counted(whole.Steps, "step")}{guided}, in {Words.Duration(seconds)}");
        Terminal.Out.WriteLine(Path.GetDirectoryName(files[0]));
    }

    // How many pictures, and how many side by side, as far as -n and --grid say.
    private (int? Number, int? Across) Wanted(ParseResult parse)
    {
        var (number, (rows, across)) = (parse.GetValue(count), Grid(parse.GetValue(grid)));
        return number > (long?)rows * across
            ? throw new UsageException($"--grid: {rows}x{across} has room for {Words.Counted((long)rows!.Value * across!.Value, "picture")}; got -n {number}. Give a larger grid, or leave one of them out.")
            : (number ?? rows * across, across);
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
