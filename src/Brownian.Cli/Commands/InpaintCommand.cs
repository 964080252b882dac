using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Samples;
using Brownian.Cli.Terminals;
using Brownian.Data;
using Brownian.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Cli.Commands;

/// <summary>Fills the unknown part of an image and keeps the known one.</summary>
internal sealed class InpaintCommand : BrownianCommand
{
    private const string RePaint = "repaint", Product = "product";
    private readonly Argument<string> run = new("RUN") { Description = "A run folder, one of its checkpoints, or a diffusers folder." };
    private readonly Argument<string> image = new("IMAGE") { Description = "The picture, of the model's size." };
    private readonly Option<string?> keep = new("--keep") { Description = $"What is known and stays: {string.Join(", ", KnownPart.Names)}, or a picture that is white there; left if neither this nor --mask is given.", HelpName = "PART" };
    private readonly Option<string?> mask = new("--mask") { Description = "A picture that is white where the image is to be filled: the opposite of --keep.", HelpName = "FILE" };
    private readonly Option<string?> method = new("--method") { Description = "repaint (Lugmayr et al. 2022), or product (the chain times what is known; Sohl-Dickstein et al. 2015), which is what bits take.", HelpName = "NAME" };
    private readonly Option<int> jump = new("--jump") { Description = "Levels of one of RePaint's jumps back up.", HelpName = "J", DefaultValueFactory = _ => 10 };
    private readonly Option<int> resample = new("--resample") { Description = "How often RePaint walks each part down: more fits better and takes longer; 1 for no jumps.", HelpName = "R", DefaultValueFactory = _ => 3 };
    private readonly Option<double> deviation = new("--deviation") { Description = "How far the known pixels may be from the truth; above 0 they are denoised too, by the product.", HelpName = "D", DefaultValueFactory = _ => 0 };
    private readonly Option<int> count = new("-n", "--count") { Description = "How many fillings.", HelpName = "N", DefaultValueFactory = _ => 8 };
    private readonly Option<string[]> classes = new("--class") { Description = "A class by name or number, several, or all.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
    private readonly Option<double> guidance = new("--guidance") { Description = "How strongly the class is followed.", HelpName = "SCALE", DefaultValueFactory = _ => 1 };
    private readonly Option<int?> steps = SharedOptions.Steps("Steps down the levels, without the jumps: 50 by RePaint, 250 by the product.");
    private readonly Option<ulong> seed = SharedOptions.Seed();
    private readonly Option<string> device = SharedOptions.Device();
    private readonly Option<string?> output = SharedOptions.Out("The PNG file: the image, what is known of it, and the fillings.");

    public InpaintCommand(Terminal terminal)
        : base(terminal, "inpaint", "Fill the unknown part of an image; its known pixels stay as they are.")
    {
        method.AcceptOnly(RePaint, Product);
        AddAll(run, image, keep, mask, method, jump, resample, deviation, count, classes, guidance, steps, seed, device, output);
        Examples = ["brownian inpaint runs/mnist seven.png --keep left -n 8", "brownian inpaint runs/faces me.png --mask hole.png --resample 10 --out filled.png"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        if (!Directory.Exists(parse.GetValue(run)))
        {
            throw new UsageException($"inpaint: there is no folder {parse.GetValue(run)}. Give a run folder or a diffusers folder.");
        }

        using var bundle = ModelBundle.Load(parse.GetValue(run)!);
        var shape = bundle.Image;
        var known = UsageException.When(() => ImageCodec.ToTensor(KnownPart.Load(UsageException.Existing("inpaint", parse.GetValue(image)!), shape)));
        var kept = Kept(parse, shape);
        var (labels, number, _) = ClassChoice.Of(bundle, parse.GetValue(classes) ?? [], parse.GetValue(count));
        Check(parse, number, labels, bundle);
        var path = parse.GetValue(output) ?? OutputFolder.FirstFree($"{Path.GetFileNameWithoutExtension(parse.GetValue(image))}-filled", ".png");
        bundle.Model.Network.to(Devices.Of(parse.GetValue(device)!));
        var filling = new Filling(bundle, known, kept)
        {
            IsProduct = parse.GetValue(method) == Product || parse.GetValue(deviation) > 0,
            Deviation = parse.GetValue(deviation),
            JumpLength = parse.GetValue(jump),
            JumpSamples = parse.GetValue(resample),
            Steps = parse.GetValue(steps),
            Seed = parse.GetValue(seed),
            Labels = labels,
            Guidance = parse.GetValue(guidance),
        };
        var filled = filling.Run(number, cancellation);
        var grid = ImageGrid.Tile(cat([known, known * kept + (1 - kept) * -0.2, filled], 0), zoom: TrajectoryPictures.Zoom(ImageCodec.FromTensor(known)[0]));
        ImageCodec.SavePng(grid, path);
        Terminal.Show(Pixels.Of(grid));
        Terminal.Out.WriteLine(Path.GetFullPath(path));
        return ExitCode.Ok;
    }

    private Tensor Kept(ParseResult parse, ImageShape shape)
    {
        var (part, hole) = (parse.GetValue(keep), parse.GetValue(mask));
        return (part, hole) switch
        {
            (not null, not null) => throw new UsageException("inpaint: --keep says what stays and --mask what is to be filled; got both. Give one of them."),
            (null, { } file) when KnownPart.Names.Contains(file) => throw new UsageException($"--mask: expected a picture; got {file}. Halves are for --keep."),
            (null, { } file) => 1 - UsageException.When(() => KnownPart.Mask(UsageException.Existing("--mask", file), shape)),
            ({ } named, null) when !KnownPart.Names.Contains(named) && !File.Exists(named) => throw new UsageException(
                $"--keep: expected {string.Join(", ", KnownPart.Names)}, or a picture that is white where the image stays; there is no file {named}."),
            _ => UsageException.When(() => KnownPart.Mask(part ?? "left", shape)),
        };
    }

    private void Check(ParseResult parse, int number, IReadOnlyList<long>? labels, ModelBundle bundle)
    {
        var (wrong, length, samples) = (parse.GetValue(deviation), parse.GetValue(jump), parse.GetValue(resample));
        if (number < 1 || !(wrong >= 0) || length < 1 || samples < 1)
        {
            throw new UsageException(
                $"inpaint: expected -n, --jump and --resample above 0 and --deviation of 0 or more; got {number}, {length}, {samples} and {wrong}.");
        }

        if (parse.GetValue(method) == RePaint && (bundle.Model.Path is BernoulliPath || wrong > 0))
        {
            throw new UsageException(bundle.Model.Path is BernoulliPath
                ? "--method: RePaint adds Gaussian noise, and this model's data are bits. Leave it out: bits are filled by the product."
                : "--method: RePaint keeps known pixels as they are; with a --deviation leave it out, and the product denoises them.");
        }

        ClassChoice.CheckGuidance(bundle, labels, parse.GetValue(guidance), Terminal);
    }
}
