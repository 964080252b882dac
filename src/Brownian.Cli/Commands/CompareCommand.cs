using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Likelihoods;
using Brownian.Cli.Live;
using Brownian.Cli.Samples;
using Brownian.Cli.Terminals;
using Brownian.Data;
using Brownian.Likelihood;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Cli.Commands;

/// <summary>Says how much more likely an image is than small changes of it, and draws where that comes from.</summary>
internal sealed class CompareCommand : BrownianCommand
{
    private readonly Argument<string> image = new("IMAGE") { Description = "An image file, or the name of a data set for its first test image." };
    private readonly Option<string> run = new("--run") { Description = "The model: a run folder, one of its checkpoints, or a diffusers folder.", HelpName = "RUN", Required = true };
    private readonly Option<string[]> variants = new("--variants") { Description = "noise, patch, shift, and image files, with commas or spaces between them.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["noise,patch,shift"] };
    private readonly Option<double> level = new("--level") { Description = "Noise-to-signal ratio at which scores are integrated and drawn.", HelpName = "S", DefaultValueFactory = _ => 0.1 };
    private readonly Option<int> draws = new("--draws") { Description = "Draws of noise that the integral of the score is averaged over.", HelpName = "N", DefaultValueFactory = _ => 8 };
    private readonly Option<bool> scoreOnly = new("--score-only") { Description = "Leave out the likelihoods, which take most of the time." };
    private readonly Option<int> probes = new("--probes") { Description = "Probes of the divergence in each solve.", HelpName = "N", DefaultValueFactory = _ => 4 };
    private readonly Option<int> repeats = new("--repeats") { Description = "Repetitions with fresh noise.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly MeasurementOptions shared = new();
    private readonly Option<string?> folder = SharedOptions.DataFolder();
    private readonly Option<ulong> seed = SharedOptions.Seed();
    private readonly Option<string?> output = SharedOptions.Out("The folder for compare.png; a new compared folder if left out.");
    private readonly Option<bool> force = SharedOptions.Force();
    private readonly Option<bool> json = SharedOptions.Json();

    public CompareCommand(Terminal terminal)
        : base(terminal, "compare", "How much more likely is an image than small changes of it? With a map of where that comes from.")
    {
        AddAll(
            image, run, variants, level, draws, scoreOnly, probes, repeats, shared.RelativeTolerance, shared.AbsoluteTolerance, shared.Class, folder, seed,
            shared.Raw, shared.Device, output, force, json);
        Examples =
        [
            "brownian compare seven.png --run quickstart/run",
            "brownian compare shirt.png --variants noise,patch shirt-edited.png --run runs/fashion --probes 16",
        ];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var bundle = shared.Load(parse, parse.GetValue(run)!);
        using var inputs = ImageInputs.Load(bundle, [parse.GetValue(image)!], parse.GetValue(folder), null, 1);
        var (changed, files) = Variants(parse, bundle, inputs.Images);
        ImageInputs.Warn(Terminal, bundle.Image, inputs.Resized + files.Sum(file => file.Resized), 1 + files.Count);
        var request = Request(parse, bundle, inputs);
        var place = OutputFolder.Choose(parse.GetValue(output), "compared", parse.GetValue(force));
        var comparison = Compare.Run(bundle.Model, inputs.Images, changed, request, cancellation);
        var path = Path.Combine(place, "compare.png");
        var picture = Draw(inputs.Images, changed, comparison);
        ImageCodec.SavePng(picture, path);
        Report(parse, inputs.Names[0], comparison, request, path, picture);
        return ExitCode.Ok;
    }

    private CompareRequest Request(ParseResult parse, ModelBundle bundle, ImageInputs inputs)
    {
        var (ratio, number) = (parse.GetValue(level), parse.GetValue(draws));
        if (!(ratio > 0) || number < 0)
        {
            throw new UsageException($"--level, --draws: expected a ratio above 0 and a number of at least 0; got {ratio} and {number}.");
        }

        return new()
        {
            NoiseToSignal = ratio,
            Draws = number,
            Seed = parse.GetValue(seed),
            Condition = ImageCondition.Of(bundle, parse.GetValue(shared.Class), inputs.Labels),
            Likelihood = parse.GetValue(scoreOnly) ? null : new()
            {
                Method = new ExactLikelihood { Solver = shared.Solver(parse) },
                Probes = MeasurementOptions.Positive(parse, probes),
                Repeats = MeasurementOptions.Positive(parse, repeats),
            },
        };
    }

    // The variants, and those of them that were read from files.
    private (List<(string Name, Tensor Image)> All, List<ImageInputs> Files) Variants(ParseResult parse, ModelBundle bundle, Tensor original)
    {
        var names = parse.GetValue(variants)!.SelectMany(word => File.Exists(word) ? [word] : word.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray();
        var files = new List<ImageInputs>();
        return ([.. names.Select(name => (Path.GetFileName(name), File.Exists(name)
            ? FromFile(name)
            : UsageException.When(() => ImageVariants.Make(name, original, seed: parse.GetValue(seed)))))], files);

        Tensor FromFile(string name)
        {
            files.Add(ImageInputs.Load(bundle, [name], null, null, 1));
            return files[^1].Images;
        }
    }

    /// <summary>Rows: the images; what the model would change in each; which pixels make a variant less likely than the image.</summary>
    private static Picture Draw(Tensor image, List<(string Name, Tensor Image)> changed, Comparison comparison)
    {
        var plain = SignedPictures.Plain([image, .. changed.Select(variant => variant.Image)]);
        var pulls = SignedPictures.Of([comparison.Pull, .. comparison.Variants.Select(variant => variant.Pull)]);
        var parts = SignedPictures.Of([zeros_like(image), .. comparison.Variants.Select(variant => variant.Parts)]);
        return ImageGrid.Tile([.. plain, .. pulls, .. parts], plain.Count, background: Rgb.White, zoom: TrajectoryPictures.Zoom(plain[0]));
    }

    private void Report(ParseResult parse, string name, Comparison comparison, CompareRequest request, string path, Picture picture)
    {
        if (parse.GetValue(json))
        {
            Terminal.Out.WriteLine(Json.Of(new
            {
                image = name,
                bits_per_dimension = Shown(comparison.BitsPerDimension),
                level = request.NoiseToSignal,
                variants = comparison.Variants.Select(variant => new
                {
                    variant.Name,
                    variant.Distance,
                    score_difference = Shown(variant.Score),
                    quadrature_error = variant.Quadrature,
                    likelihood_difference = Shown(variant.Likelihood),
                    bits_per_dimension = Shown(variant.BitsPerDimension),
                }),
                evaluations = comparison.Evaluations,
                picture = path,
            }));
            return;
        }

        Terminal.Show(Pixels.Of(picture));
        if (comparison.BitsPerDimension is { } own)
        {
            Terminal.Out.WriteLine($"{name}: {Words.Estimate(own, 4)} bits/dim");
        }

        foreach (var variant in comparison.Variants)
        {
            Terminal.Out.WriteLine($"{name} against {variant.Name} (changed by {variant.Distance:0.000} rms): more likely by");
            Terminal.Out.WriteLine($"  {Words.Estimate(variant.Score, 1),20} nats by the score at noise {request.NoiseToSignal:0.###}");
            if (variant.Likelihood is { } difference)
            {
                Terminal.Out.WriteLine($"  {Words.Estimate(difference, 1),20} nats by the likelihood ({Words.Estimate(variant.BitsPerDimension!.Value, 4)} bits/dim)");
            }
        }

        Terminal.Out.WriteLine(path);
    }

    private static object? Shown(Estimate? estimate) => estimate is { } known ? new { known.Mean, known.Error } : null;
}
