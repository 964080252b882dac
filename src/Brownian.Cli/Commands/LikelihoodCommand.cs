using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Likelihoods;
using Brownian.Cli.Live;
using Brownian.Cli.Terminals;
using Brownian.Likelihood;
using Brownian.Ode;
using Brownian.Paths;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Cli.Commands;

/// <summary>Measures how likely images are.</summary>
internal sealed class LikelihoodCommand : BrownianCommand
{
    private readonly Argument<string> run = new("RUN") { Description = "A run folder, one of its checkpoints, or a diffusers folder." };
    private readonly Argument<string[]> images = new("IMAGES") { Description = "Image files, folders, or the name of a data set.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<int> count = new("-n", "--count") { Description = "How many images of a folder or data set.", HelpName = "N", DefaultValueFactory = _ => 16 };
    private readonly Option<string?> folder = SharedOptions.DataFolder();
    private readonly Option<string?> split = new("--split") { Description = "train, test, or heldout; test of a named data set if left out.", HelpName = "NAME" };
    private readonly Option<int> probes = new("--probes") { Description = "Probes of the divergence in each solve.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<string?> probe = SharedOptions.Probe();
    private readonly Option<int> repeats = new("--repeats") { Description = "Repetitions with fresh noise.", HelpName = "N", DefaultValueFactory = _ => 1 };
    private readonly Option<bool> bound = new("--bound") { Description = "Measure the variational bound of a discrete chain, one network call a step, and not the flow." };
    private readonly Option<bool> exact = new("--exact") { Description = "The divergence itself: as many gradients a call as an image has numbers." };
    private readonly Option<string?> bins = SharedOptions.Bins();
    private readonly MeasurementOptions shared = new();
    private readonly Option<ulong> seed = SharedOptions.Seed();
    private readonly Option<int> batch = new("--batch") { Description = "Images at once: speed and memory.", HelpName = "N", DefaultValueFactory = _ => 16 };
    private readonly Option<bool> json = SharedOptions.Json();

    public LikelihoodCommand(Terminal terminal)
        : base(terminal, "likelihood", "Measure how likely images are under a model: nats and bits per dimension, with error bars.")
    {
        AddAll(
            run, images, count, folder, split, bound, probes, probe, repeats, exact, bins, shared.RelativeTolerance, shared.AbsoluteTolerance, shared.Class, seed, batch,
            shared.Raw, shared.Device, json);
        Examples =
        [
            "brownian likelihood quickstart/run builtin:strokes -n 64 --probes 4",
            "brownian likelihood runs/ddpm mnist --data-dir ~/data --bound",
            "brownian likelihood runs/fashion shirt.png shoe.png --repeats 8 --rtol 1e-4 --atol 1e-4",
        ];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var bundle = shared.Load(parse, parse.GetValue(run)!);
        if (bundle.Model.Path is Paths.BernoulliPath)
        {
            throw new UsageException($"likelihood: the model's data are bits, which no flow carries. Use `{ProgramName.Call} bound`, which is for them.");
        }

        using var inputs = ImageInputs.Load(
            bundle, parse.GetValue(images)!, parse.GetValue(folder), parse.GetValue(split), MeasurementOptions.Positive(parse, count));
        inputs.Warn(Terminal, bundle.Image);
        var request = Request(parse, bundle, inputs);
        var begin = TimeProvider.System.GetTimestamp();
        var results = new List<ImageLikelihood>();
        var say = Progress(inputs.Names.Count);
        var measured = parse.GetValue(bound)
            ? UsageException.When(() => MeasureBound.Run(bundle.Model, inputs.Images, request, say, cancellation))
            : MeasureLikelihood.Run(bundle.Model, inputs.Images, request, (first, step) => say(first, step.Evaluations), cancellation);
        foreach (var result in measured)
        {
            results.Add(result);
            if (!parse.GetValue(json))
            {
                Terminal.Out.WriteLine(Line(inputs.Names[result.Index], result.BitsPerDimension, result.Nats, result.Evaluations));
            }
        }

        var described = parse.GetValue(bound) ? $"by the variational bound of the chain's steps, repeats {request.Repeats}" : Described(request, bundle.Model.Path);
        Report(parse, described, inputs, results, TimeProvider.System.GetElapsedTime(begin).TotalSeconds);
        return ExitCode.Ok;
    }

    private LikelihoodRequest Request(ParseResult parse, ModelBundle bundle, ImageInputs inputs) => new()
    {
        Method = new ExactLikelihood { Solver = shared.Solver(parse) },
        Distribution = parse.GetValue(probe) == "gaussian" ? ProbeDistribution.Gaussian : ProbeDistribution.Rademacher,
        Probes = MeasurementOptions.Positive(parse, probes),
        Repeats = MeasurementOptions.Positive(parse, repeats),
        Exact = parse.GetValue(exact),
        Dequantization = parse.GetValue(bins) == "score-sde" ? Dequantization.ScoreSde : Dequantization.Centred,
        Seed = parse.GetValue(seed),
        BatchSize = MeasurementOptions.Positive(parse, batch),
        Condition = ImageCondition.Of(bundle, parse.GetValue(shared.Class), inputs.Labels),
    };

    private Action<int, int> Progress(int images)
    {
        var last = TimeProvider.System.GetTimestamp();
        return (first, calls) =>
        {
            if (TimeProvider.System.GetElapsedTime(last).TotalSeconds >= 5)
            {
                last = TimeProvider.System.GetTimestamp();
                Terminal.Say($"image {first + 1} of {images}, {Words.Counted(calls, "network call")}");
            }
        };
    }

    private void Report(ParseResult parse, string described, ImageInputs inputs, List<ImageLikelihood> results, double seconds)
    {
        var bits = Estimate.Of([.. results.Select(result => result.BitsPerDimension.Mean)]);
        var nats = Estimate.Of([.. results.Select(result => result.Nats.Mean)]);
        if (parse.GetValue(json))
        {
            Terminal.Out.WriteLine(Json.Of(new
            {
                method = described,
                seconds,
                bits_per_dimension = new { bits.Mean, bits.Error },
                nats = new { nats.Mean, nats.Error },
                images = results.Select(result => new
                {
                    name = inputs.Names[result.Index],
                    bits_per_dimension = new { result.BitsPerDimension.Mean, result.BitsPerDimension.Error },
                    nats = new { result.Nats.Mean, result.Nats.Error },
                    draws = result.Draws,
                    evaluations = result.Evaluations,
                }),
            }));
            return;
        }

        if (results.Count > 1)
        {
            Terminal.Out.WriteLine(Line($"mean of {results.Count}", bits, nats, null));
        }

        Terminal.Out.WriteLine($"{described}; in {Words.Duration(seconds)}");
    }

    private static string Described(LikelihoodRequest request, GaussianPath path)
    {
        var solver = (AdaptiveSteps)request.Method.Solver;
        var divergence = request.Exact ? "exact divergence" : Words.Counted(request.Probes, $"{request.Distribution} probe");
        return $"by the probability-flow ODE{(path is DiscretePath ? " through the steps of the discrete path" : "")}: {solver.Tableau}, rtol {solver.RelativeTolerance:g3}, "
            + $"atol {solver.AbsoluteTolerance:g3}, {divergence}, uniform noise in bins of {request.Dequantization.BinWidth:g4}, repeats {request.Repeats}";
    }

    private static string Line(string name, Estimate bits, Estimate nats, int? calls) =>
        $"{name,-24}  {Words.Estimate(bits, 4),18} bits/dim  {Words.Estimate(nats, 1),20} nats{(calls is null ? "" : $"  {calls,6} calls")}";
}
