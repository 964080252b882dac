// How good are the class-conditional samples of runs? A classifier that was trained on the same data, and shares nothing with the diffusion
// models, says how often it agrees with the class asked for, and how far the samples' features are from those of the test images.
//
//   dotnet run -c Release --project tests/Brownian.Quality -- RUN [RUN …] --data mnist [--data-dir DIR] [-n 1000] [--guidance G] [--epochs 3]
//     [--sampler NAME] [--spacing NAME] [--steps N[,N …]] [--precision bfloat16] [--device cuda] [--batch N] [--grid FILE]
using System.Globalization;
using Brownian;
using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Evaluation;
using Brownian.Guidance;
using Brownian.Quality;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Tasks;
using TorchSharp;
using static TorchSharp.torch;

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var i ? args[i + 1] : null;
double Number(string name, double otherwise) => Option(name) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise;

var options = new DatasetOptions { DataDirectory = Option("--data-dir") };
var where = device(Option("--device") ?? "cpu");
var name = Option("--data") ?? "builtin:strokes";
var train = DatasetCatalog.Open(name, options);
var test = DatasetCatalog.Open(name, options with { Split = "test" });
var judge = Judge.Train(train, epochs: (int)Number("--epochs", 3), where);
var (features, labels, predicted) = judge.Look(test);
Console.WriteLine($"judge: accuracy {Judge.Agreement(labels, predicted):p2} on {test.Count} test images of {name}");

foreach (var run in args.TakeWhile(arg => !arg.StartsWith('-')))
{
    using var bundle = ModelBundle.Load(run);
    bundle.Model.Network.to(where);
    int[] steps = [.. (Option("--steps") ?? $"{bundle.Sampling.Steps}").Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
    foreach (var count in steps)
    {
        Measure(run, bundle, count);
    }
}

void Measure(string run, ModelBundle bundle, int steps)
{
    using var scope = NewDisposeScope();
    bundle.Model.Network.ComputeType = Option("--precision") is "bfloat16" ? ScalarType.BFloat16 : ScalarType.Float32;
    var recommended = bundle.Sampling;
    var classes = bundle.ClassCount ?? throw new ArgumentException($"{run} is not class-conditional.");
    var count = (int)Number("-n", 1000) / classes * classes;
    var asked = arange(count, dtype: ScalarType.Int64).remainder(classes);
    using var generated = Generate.Run(bundle.Model, new()
    {
        Shape = bundle.Image.Batch(1)[1..],
        Count = count,
        BatchSize = (int)Number("--batch", 100),
        Seed = 1_000_000,
        Sampler = Option("--sampler") is { } chosen ? SamplerCatalog.Find(chosen) : recommended.Method(),
        Spacing = SpacingCatalog.Find(Option("--spacing") ?? recommended.Spacing),
        Steps = steps,
        Guidance = Number("--guidance", recommended.Guidance),
        Condition = new() { Labels = asked },
        Unconditional = bundle.NullLabel is { } any ? new() { Labels = full_like(asked, any) } : null,
        Thresholding = recommended.Clip is { } clip ? new Thresholding { Range = clip } : null,
    });

    // As PNG would keep them.
    var pictures = generated.Samples.cpu().clamp(-1, 1).add(1).mul(127.5).round().div(127.5).sub(1);
    var (sampleFeatures, sampleClasses) = judge.Look(pictures);
    Console.WriteLine(
        $"{run}: {count} samples, {Option("--sampler") ?? recommended.Sampler}, {steps} steps: agreement with the class asked for "
        + $"{Judge.Agreement(asked, sampleClasses):p2}, Fréchet distance to the test images in the judge's features {FrechetDistance.Between(sampleFeatures, features):f3}");
    if (Option("--grid") is { } grid)
    {
        ImageCodec.SavePng(ImageGrid.Tile(pictures.narrow(0, 0, Math.Min(count, 10 * classes)), columns: classes, zoom: 2), grid);
    }
}
