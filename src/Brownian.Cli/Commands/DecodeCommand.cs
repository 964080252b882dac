using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Likelihoods;
using Brownian.Cli.Live;
using Brownian.Cli.Samples;
using Brownian.Cli.Terminals;
using Brownian.Data;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Cli.Commands;

/// <summary>Draws the images of latents: the inverse of encode.</summary>
internal sealed class DecodeCommand : BrownianCommand
{
    private readonly Argument<string> run = new("RUN") { Description = "A run folder, one of its checkpoints, or a diffusers folder." };
    private readonly Argument<string[]> latents = new("LATENTS") { Description = "Files that brownian encode wrote (latents.safetensors), or others with a tensor of the model's shape.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string> name = new("--tensor") { Description = "The tensor's name in the files.", HelpName = "NAME", DefaultValueFactory = _ => "latents" };
    private readonly MeasurementOptions shared = new();
    private readonly Option<string?> output = SharedOptions.Out("The folder for the pictures; a new decoded folder if left out.");
    private readonly Option<bool> force = SharedOptions.Force();
    private readonly Option<bool> json = SharedOptions.Json();

    public DecodeCommand(Terminal terminal)
        : base(terminal, "decode", "Carry latents along the probability flow to their images: the inverse of encode.")
    {
        AddAll(run, latents, name, shared.RelativeTolerance, shared.AbsoluteTolerance, shared.Class, shared.Raw, shared.Device, output, force, json);
        Examples = ["brownian decode quickstart/run encoded/latents.safetensors", "brownian decode runs/fashion a.safetensors b.safetensors --class 3 --out decoded"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var bundle = shared.Load(parse, parse.GetValue(run)!);
        var read = parse.GetValue(latents)!.Select(path => UsageException.When(() => LatentFile.Read(path, parse.GetValue(name)!, bundle.Image))).ToArray();
        if (read.FirstOrDefault(file => file.ModelSha256 is { Length: > 0 } sha && sha != bundle.WeightsSha256()) is { Path: not null } other)
        {
            Terminal.Warn($"{other.Path} was encoded by another model; the pictures will differ from the encoded ones");
        }

        var all = cat([.. read.Select(file => file.Latents)], 0);
        var request = new EncodeRequest
        {
            Solver = shared.Solver(parse),
            Condition = ImageCondition.Of(bundle, parse.GetValue(shared.Class), new int?[all.size(0)]),
        };
        var place = OutputFolder.Choose(parse.GetValue(output), "decoded", parse.GetValue(force));
        var solution = Encode.Invert(bundle.Model, all, request, cancellation: cancellation);
        var pictures = ImageCodec.FromTensor(solution.State);
        var files = pictures.Select((picture, i) => Path.Combine(place, $"{i:000000}.png")).ToList();
        foreach (var (picture, path) in pictures.Zip(files))
        {
            ImageCodec.SavePng(picture, path);
        }

        var grid = ImageGrid.Tile(pictures, zoom: TrajectoryPictures.Zoom(pictures[0]));
        files.Add(Path.Combine(place, "grid.png"));
        ImageCodec.SavePng(grid, files[^1]);
        Report(parse, grid, files, solution.Evaluations);
        return ExitCode.Ok;
    }

    private void Report(ParseResult parse, Picture grid, List<string> files, int calls)
    {
        if (parse.GetValue(json))
        {
            Terminal.Out.WriteLine(Json.Of(new { network_calls = calls, files }));
            return;
        }

        Terminal.Show(Pixels.Of(grid));
        Terminal.Say($"{Words.Counted(files.Count - 1, "picture")}, {Words.Counted(calls, "network call")}");
        Terminal.Out.WriteLine(Path.GetDirectoryName(files[0]));
    }
}
