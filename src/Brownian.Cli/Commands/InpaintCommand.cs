using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Samples;
using Brownian.Cli.Terminals;
using Brownian.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Cli.Commands;

/// <summary>Fills the unknown part of an image by multiplying the model with what is known.</summary>
internal sealed class InpaintCommand : BrownianCommand
{
    private readonly Argument<string> run = new("RUN") { Description = "A run folder, one of its checkpoints, or a diffusers folder." };
    private readonly Argument<string> image = new("IMAGE") { Description = "The picture, of the model's size." };
    private readonly Option<string> keep = new("--keep") { Description = $"A picture that is white where the image is known, or {string.Join(", ", KnownPart.Names)}.", HelpName = "MASK", DefaultValueFactory = _ => "left" };
    private readonly Option<double> deviation = new("--deviation") { Description = "How far the known pixels may be from the truth; above 0 they are denoised too.", HelpName = "D", DefaultValueFactory = _ => 0 };
    private readonly Option<int> count = new("-n", "--count") { Description = "How many fillings.", HelpName = "N", DefaultValueFactory = _ => 8 };
    private readonly Option<string[]> classes = new("--class") { Description = "A class by name or number, several, or all.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int?> steps = SharedOptions.Steps("Steps of the reverse chain.");
    private readonly Option<ulong> seed = SharedOptions.Seed();
    private readonly Option<string> device = SharedOptions.Device();
    private readonly Option<string?> output = SharedOptions.Out("The PNG file: the image, what is known of it, and the fillings.");

    public InpaintCommand(Terminal terminal)
        : base(terminal, "inpaint", "Fill the unknown part of an image (reverse chain times what is known; Sohl-Dickstein et al. 2015).")
    {
        AddAll(run, image, keep, deviation, count, classes, steps, seed, device, output);
        Examples = ["brownian inpaint runs/mnist seven.png --keep left -n 8", "brownian inpaint runs/faces me.png --keep mask.png --steps 500 --out filled.png"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var bundle = ModelBundle.Load(parse.GetValue(run)!);
        var shape = bundle.Image;
        var known = UsageException.When(() => ImageCodec.ToTensor(KnownPart.Load(parse.GetValue(image)!, shape)));
        var mask = UsageException.When(() => KnownPart.Mask(parse.GetValue(keep)!, shape));
        var (labels, number, _) = ClassChoice.Of(bundle, parse.GetValue(classes) ?? [], parse.GetValue(count));
        if (number < 1 || !(parse.GetValue(deviation) >= 0))
        {
            throw new UsageException($"inpaint: expected -n above 0 and --deviation of 0 or more; got {number} and {parse.GetValue(deviation)}.");
        }

        bundle.Model.Network.to(Devices.Of(parse.GetValue(device)!));
        var filling = new Filling(bundle, known, mask, parse.GetValue(deviation)) { Steps = parse.GetValue(steps), Seed = parse.GetValue(seed), Labels = labels };
        var filled = filling.Run(number, cancellation);
        var grid = ImageGrid.Tile(cat([known, known * mask + (1 - mask) * -0.2, filled], 0), zoom: TrajectoryPictures.Zoom(ImageCodec.FromTensor(known)[0]));
        var path = parse.GetValue(output) ?? $"{Path.GetFileNameWithoutExtension(parse.GetValue(image))}-filled.png";
        ImageCodec.SavePng(grid, path);
        Terminal.Show(Pixels.Of(grid));
        Terminal.Out.WriteLine(Path.GetFullPath(path));
        return ExitCode.Ok;
    }
}
