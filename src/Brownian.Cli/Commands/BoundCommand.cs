using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Likelihoods;
using Brownian.Cli.Live;
using Brownian.Cli.Samples;
using Brownian.Cli.Terminals;
using Brownian.Data;
using TorchSharp;

namespace Brownian.Cli.Commands;

/// <summary>How many bits a binomial diffusion needs for an image at most.</summary>
internal sealed class BoundCommand : BrownianCommand
{
    private readonly Argument<string> run = new("RUN") { Description = "A run of binomial diffusion (train --family binomial2015)." };
    private readonly Argument<string> data = new("DATA") { Description = $"{string.Join(", ", KnownNames.Data)}, or a folder or file of images.", HelpName = "DATA" };
    private readonly Option<string?> folder = SharedOptions.DataFolder();
    private readonly Option<string> split = new("--split") { Description = "train, test, or heldout where the set has one.", HelpName = "NAME", DefaultValueFactory = _ => "test" };
    private readonly Option<int> count = new("-n", "--count") { Description = "How many images.", HelpName = "N", DefaultValueFactory = _ => 64 };
    private readonly Option<ulong> seed = SharedOptions.Seed();
    private readonly Option<string> device = SharedOptions.Device();
    private readonly Option<bool> json = SharedOptions.Json();

    public BoundCommand(Terminal terminal)
        : base(terminal, "bound", "The variational bound of a binomial diffusion: bits an image of bits costs at most.")
    {
        data.CompletionSources.Add(KnownNames.Data);
        AddAll(run, data, folder, split, count, seed, device, json);
        Examples = ["brownian bound runs/mnist mnist -n 256"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        if (parse.GetValue(count) < 1)
        {
            throw new UsageException($"-n: expected a number above 0; got {parse.GetValue(count)}.");
        }

        using var bundle = ModelBundle.Load(parse.GetValue(run)!);
        bundle.Model.Network.to(Devices.Of(parse.GetValue(device)!));
        var options = new DatasetOptions { DataDirectory = parse.GetValue(folder), Size = bundle.Image.Height, Channels = bundle.Image.Channels };
        IImageDataset Open(string part) => UsageException.When(() => DatasetCatalog.Open(parse.GetValue(data)!, options with { Split = part }));
        var images = Open(parse.GetValue(split)!);
        var bits = UsageException.When(() => BitsOfImages.Of(bundle, images, Open("train"), parse.GetValue(count), parse.GetValue(seed), cancellation));
        ImageInputs.Warn(Terminal, bundle.Image, Enumerable.Range(0, bits.Images).Count(images.WasResized), bits.Images);
        if (parse.GetValue(json))
        {
            Terminal.Out.WriteLine(Json.Of(bits));
            return ExitCode.Ok;
        }

        Terminal.Out.WriteLine($"images      {bits.Images} of {bits.Pixels} bits");
        Terminal.Out.WriteLine($"bound       {Words.Number(bits.PerImage)} ± {Words.Number(bits.StandardError)} bits an image, {bits.PerImage / bits.Pixels:0.0000} a pixel, in {Words.Counted(bits.Calls, "network call")}");
        Terminal.Out.WriteLine($"pixels      {Words.Number(bits.Factorised)} bits an image by the frequency of each pixel alone, {bits.Factorised / bits.Pixels:0.0000} a pixel");
        Terminal.Out.WriteLine($"fair coins  {bits.Pixels} bits an image");
        return ExitCode.Ok;
    }
}
