using System.CommandLine;
using Brownian.Cli.Evaluations;
using Brownian.Cli.Live;
using Brownian.Cli.Terminals;
using Brownian.Data;
using Brownian.Evaluation;
using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Cli.Commands;

/// <summary>Measures images against others: pair by pair, or set against set by features.</summary>
internal sealed class EvaluateCommand : BrownianCommand
{
    private static readonly string[] OfPairs = ["psnr", "ssim"], OfFeatures = ["fid", "kid", "pr", "is"];

    private readonly Argument<string> generated = new("GENERATED") { Description = "A folder of images, the name of a data set, or a file with features (safetensors, npz, pt)." };
    private readonly Argument<string> reference = new("REFERENCE") { Description = "The same of the images to compare with." };
    private readonly Option<string[]> metrics = new("--metrics") { Description = "psnr, ssim (pairs by file name); fid, kid, pr, is (sets, by features).", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string?> inception = new("--inception") { Description = "Inception's weights (inception-2015-12-05-6726825d.pth), for fid, kid, pr and is of images.", HelpName = "FILE" };
    private readonly Option<bool> pixels = new("--pixels") { Description = "Take the pixels for features." };
    private readonly Option<bool> grey = new("--grey") { Description = "Compare grey values, as papers on super-resolution do." };
    private readonly Option<int?> count = new("--count", "-n") { Description = "Compare the first N images of each set.", HelpName = "N" };
    private readonly Option<int?> size = new("--size") { Description = "Side to which images are resized for their pixels.", HelpName = "PIXELS" };
    private readonly Option<int> subsets = new("--subsets") { Description = "Subsets of kid.", HelpName = "N", DefaultValueFactory = _ => 100 };
    private readonly Option<int> subsetSize = new("--subset-size") { Description = "Images in a subset of kid, at most all.", HelpName = "N", DefaultValueFactory = _ => 1000 };
    private readonly Option<int> neighbours = new("--neighbours") { Description = "k of pr.", HelpName = "K", DefaultValueFactory = _ => 3 };
    private readonly Option<string?> folder = SharedOptions.DataFolder();
    private readonly Option<bool> json = SharedOptions.Json();

    public EvaluateCommand(Terminal terminal)
        : base(terminal, "evaluate", "Measure images against others: PSNR, SSIM; Fréchet and kernel distance, precision and recall of features.")
    {
        AddAll(generated, reference, metrics, inception, pixels, grey, count, size, subsets, subsetSize, neighbours, folder, json);
        Examples =
        [
            "brownian evaluate restored/ originals/ --metrics psnr,ssim",
            "brownian evaluate samples/ cifar10 --metrics fid,kid,is --inception inception-2015-12-05-6726825d.pth",
            "brownian evaluate samples.npz cifar10.npz --metrics fid",
        ];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        TorchRuntime.EnsureLoaded(); // the scope is TorchSharp's, and would look for libtorch before anything of ours has found it
        using var scope = NewDisposeScope();
        var (from, to) = (parse.GetValue(generated)!, parse.GetValue(reference)!);
        var asked = Asked(parse, FeatureInput.IsFile(from) && FeatureInput.IsFile(to));
        var scores = new List<Score>();
        if (asked.Intersect(OfPairs).Any())
        {
            var pairs = PicturePairs.Find(from, to).Measure(parse.GetValue(grey), cancellation);
            var note = $"{Words.Counted(pairs.Count, "pair")} of {(parse.GetValue(grey) ? "grey values" : "bytes")}";
            scores.Add(Score.Mean("psnr", [.. pairs.Select(pair => pair.Psnr)], $"dB, {note}"));
            scores.Add(Score.Mean("ssim", [.. pairs.Select(pair => pair.Ssim)], $"Gaussian windows of 11×11, {note}"));
        }

        if (asked.Intersect(OfFeatures).Any())
        {
            scores.AddRange(Features(parse, from, to, asked, cancellation));
        }

        Report([.. scores.Where(score => asked.Contains(score.Metric) || !OfPairs.Contains(score.Metric))], parse.GetValue(json));
        return ExitCode.Ok;
    }

    private string[] Asked(ParseResult parse, bool areFiles)
    {
        var names = (parse.GetValue(metrics) ?? []).SelectMany(word => word.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToArray();
        if (names.Except([.. OfPairs, .. OfFeatures]).FirstOrDefault() is { } unknown)
        {
            throw new UsageException($"--metrics: expected {string.Join(", ", OfPairs.Concat(OfFeatures))}; got '{unknown}'.");
        }

        return names.Length > 0 ? names : areFiles ? OfFeatures[..3] : OfPairs;
    }

    private IEnumerable<Score> Features(ParseResult parse, string from, string to, string[] asked, CancellationToken cancellation)
    {
        using var made = FeaturesOf(parse, from, cancellation);
        using var real = FeaturesOf(parse, to, cancellation);
        var note = $"{made.Extent} against {real.Extent}, {made.Width} {made.Kind}";
        if (asked.Contains("fid"))
        {
            using var momentsMade = made.ToMoments();
            using var momentsReal = real.ToMoments();
            yield return new("fid", FrechetDistance.Between(momentsMade, momentsReal), null, $"Fréchet distance, {note}");
        }

        if (asked.Contains("kid"))
        {
            var (a, b) = (made.Rows("kid"), real.Rows("kid"));
            var part = (int)Math.Min(parse.GetValue(subsetSize), Math.Min(a.size(0), b.size(0)));
            var estimate = new KernelDistance { Subsets = parse.GetValue(subsets), SubsetSize = part }.Between(a, b);
            yield return new("kid", estimate.Mean, estimate.StandardDeviation, $"kernel distance, {parse.GetValue(subsets)} subsets of {part}, {note}");
        }

        if (asked.Contains("pr"))
        {
            var shares = PrecisionRecall.Of(made.Rows("pr"), real.Rows("pr"), parse.GetValue(neighbours));
            yield return new("precision", shares.Precision, null, $"k = {parse.GetValue(neighbours)}, {note}");
            yield return new("recall", shares.Recall, null, $"k = {parse.GetValue(neighbours)}, {note}");
        }

        if (asked.Contains("is"))
        {
            var logits = made.Logits ?? throw new UsageException($"is: expected a classifier's logits; {made.Kind} have none. Give --inception, or a features file with a tensor 'logits', [N, K].");
            var score = new InceptionScore().Of(logits);
            yield return new("is", score.Mean, score.StandardDeviation, $"inception score, 10 splits of {Words.Counted(logits.size(0), "image")}");
        }
    }

    private FeatureInput FeaturesOf(ParseResult parse, string source, CancellationToken cancellation)
    {
        if (FeatureInput.IsFile(source))
        {
            return parse.GetValue(count) is { } first ? FeatureInput.Read(source).First(first) : FeatureInput.Read(source);
        }

        var weights = parse.GetValue(inception);
        if (weights is null && !parse.GetValue(pixels))
        {
            throw new UsageException(
                $"fid, kid, pr, is: expected features; {source} has images. Give Inception's weights with --inception (Brownian does not have them), two files "
                + "(safetensors, npz, pt) with a tensor 'features', [N, D], or --pixels.");
        }

        int? channels = weights is not null ? 3 : parse.GetValue(grey) ? 1 : null;
        var set = UsageException.When(() => DatasetCatalog.Open(source, new DatasetOptions { Size = parse.GetValue(size), Channels = channels, DataDirectory = parse.GetValue(folder) }));
        var number = Math.Min(parse.GetValue(count) ?? int.MaxValue, set.Count);
        if (weights is null)
        {
            return FeatureInput.Pixels(set, number);
        }

        using var network = UsageException.When(() => InceptionV3.Load(weights));
        return FeatureInput.Inception(set, number, network, done => Terminal.Say($"{source}: {done} of {Words.Counted(number, "image")}"), cancellation);
    }

    private void Report(IReadOnlyList<Score> scores, bool asJson)
    {
        if (asJson)
        {
            Terminal.Out.WriteLine(Json.Of(scores));
            return;
        }

        foreach (var score in scores)
        {
            Terminal.Out.WriteLine(score.Line());
        }
    }
}
