using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Likelihoods;
using Brownian.Cli.Live;
using Brownian.Cli.Terminals;
using Brownian.Data;
using Brownian.Ode;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Cli.Commands;

/// <summary>Finds the latents of images, and goes back to see what the round trip costs.</summary>
internal sealed class EncodeCommand : BrownianCommand
{
    private readonly Argument<string> run = new("RUN") { Description = "A run folder, one of its checkpoints, or a diffusers folder." };
    private readonly Argument<string[]> images = new("IMAGES") { Description = "Image files, folders, or the name of a data set.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<int> count = new("-n", "--count") { Description = "How many images of a folder or data set.", HelpName = "N", DefaultValueFactory = _ => 4 };
    private readonly Option<string?> folder = SharedOptions.DataFolder();
    private readonly Option<string?> split = new("--split") { Description = "train, test, or heldout; test of a named data set if left out.", HelpName = "NAME" };
    private readonly MeasurementOptions shared = new();
    private readonly Option<bool> log = new("--log") { Description = "Print every step of the solver." };
    private readonly Option<string?> output = SharedOptions.Out("The folder for latents.safetensors and pictures; a new encoded folder if left out.");
    private readonly Option<bool> force = SharedOptions.Force();
    private readonly Option<bool> json = SharedOptions.Json();

    public EncodeCommand(Terminal terminal)
        : base(terminal, "encode", "Carry images along the probability flow to their latents, and back again.")
    {
        AddAll(
            run, images, count, folder, split, shared.RelativeTolerance, shared.AbsoluteTolerance, shared.Class, log, shared.Raw, shared.Device, output, force, json);
        Examples = ["brownian encode quickstart/run five.png", "brownian encode runs/fashion fashion-mnist -n 8 --rtol 1e-6 --atol 1e-6 --log"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var bundle = shared.Load(parse, parse.GetValue(run)!);
        using var inputs = ImageInputs.Load(
            bundle, parse.GetValue(images)!, parse.GetValue(folder), parse.GetValue(split), MeasurementOptions.Positive(parse, count));
        inputs.Warn(Terminal, bundle.Image);
        var request = new EncodeRequest
        {
            Solver = shared.Solver(parse),
            Condition = ImageCondition.Of(bundle, parse.GetValue(shared.Class), inputs.Labels),
        };
        var place = OutputFolder.Choose(parse.GetValue(output), "encoded", parse.GetValue(force));
        var there = Encode.Run(bundle.Model, inputs.Images, request, cancellation: cancellation);
        var back = Encode.Invert(bundle.Model, there.State, request, cancellation: cancellation);
        var files = Write(place, inputs, there.State, back.State, bundle);
        if (parse.GetValue(log))
        {
            Print("to the latent", there);
            Print("back", back);
        }

        Report(parse, inputs, there, back, files);
        return ExitCode.Ok;
    }

    private static string[] Write(string place, ImageInputs inputs, Tensor latents, Tensor decoded, ModelBundle bundle)
    {
        string[] files = [Path.Combine(place, "latents.safetensors"), Path.Combine(place, "roundtrip.png")];
        SafetensorsWriter.Write(files[0], [("latents", latents)], new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["images"] = string.Join('\n', inputs.Names),
            ["model_sha256"] = bundle.WeightsSha256() ?? "",
        });

        // Rows: the images, their latents (three standard deviations from black to white), what comes back.
        var rows = cat([inputs.Images, latents / (1.5 * latents.std()), decoded], 0);
        ImageCodec.SavePng(ImageGrid.Tile(rows, inputs.Names.Count, zoom: Math.Clamp(96 / bundle.Image.Width, 1, 4)), files[1]);
        return files;
    }

    private void Print(string name, OdeSolution solution)
    {
        Terminal.Out.WriteLine($"{name}: step, from, to, error/tolerance, accepted, calls");
        foreach (var step in solution.Steps)
        {
            Terminal.Out.WriteLine($"{step.Number,5}  {step.From,10:0.000000}  {step.To,10:0.000000}  {step.Error,9:0.0000}  {(step.Accepted ? "yes" : "no "),3}  {step.Evaluations,5}");
        }
    }

    private void Report(ParseResult parse, ImageInputs inputs, OdeSolution there, OdeSolution back, string[] files)
    {
        var rows = Enumerable.Range(0, inputs.Names.Count).Select(i =>
        {
            var (latent, error) = (there.State[i], (back.State[i] - inputs.Images[i]).abs());
            return new
            {
                name = inputs.Names[i],
                latent_mean = latent.mean().item<float>(),
                latent_deviation = latent.std().item<float>(),
                root_mean_square_error = error.square().mean().sqrt().item<float>(),
                largest_error = error.max().item<float>(),
            };
        }).ToArray();
        if (parse.GetValue(json))
        {
            Terminal.Out.WriteLine(Json.Of(new
            {
                images = rows,
                to_latent = new { there.Evaluations, there.Accepted, there.Rejected },
                back = new { back.Evaluations, back.Accepted, back.Rejected },
                files,
            }));
            return;
        }

        foreach (var row in rows)
        {
            Terminal.Out.WriteLine(
                $"{row.name,-24}  latent mean {row.latent_mean:0.000}, deviation {row.latent_deviation:0.000}; round trip off by "
                + $"{Words.Number(row.root_mean_square_error)} (rms), {Words.Number(row.largest_error)} (largest), in [−1, 1]");
        }

        Terminal.Out.WriteLine($"network calls: {there.Evaluations} to the latent, {back.Evaluations} back; steps refused: {there.Rejected} and {back.Rejected}");
        Terminal.Out.WriteLine(Path.GetDirectoryName(files[0]));
    }
}
