using Brownian.Checkpoints;
using Brownian.Cli.Live;
using Brownian.Cli.Report;
using Brownian.Cli.Trainings;
using Brownian.Networks.UNet;
using Brownian.Training;

namespace Brownian.Cli.Quickstarts;

/// <summary>report.html of a quickstart.</summary>
internal static class QuickstartReport
{
    private const int ShownGrids = 4;

    public static string Html(TrainingOutcome outcome, TrainingConfig config, long parameters, QuickstartPictures pictures, double totalSeconds)
    {
        var metrics = MetricsLog.Read(Path.Combine(outcome.Run, "metrics.jsonl"));
        var page = new ReportPage(
            "A diffusion model, trained here",
            $"In {Words.Duration(outcome.Seconds)} this machine learned to draw handwritten digits out of noise. Everything below was made by that model, on {DateOnly.FromDateTime(TimeProvider.System.GetLocalNow().DateTime):d MMMM yyyy}.");
        page.Numbers(Numbers(outcome, parameters, pictures));
        Samples(page, pictures);
        Processes(page, pictures);
        Copies(page, pictures.Neighbours, pictures.NeighbourTable);
        Learning(page, metrics, outcome.Run);
        GoOn(page, outcome.Run);
        Settings(page, config, pictures, totalSeconds);
        return page.ToHtml($"Written by brownian {CommandLine.Version}. The model is in {outcome.Run}; it is a diffusers folder, too.");
    }

    private static IEnumerable<(string, string)> Numbers(TrainingOutcome outcome, long parameters, QuickstartPictures pictures) =>
    [
        (Words.Duration(outcome.Seconds), "of training"),
        (Words.Count(outcome.Images), "training images seen"),
        ($"{outcome.Images / outcome.Seconds:0}", "images a second, training"),
        (Words.Count(parameters), "parameters"),
        ($"{pictures.PicturesPerSecond:0.0}", "pictures a second, drawing"),
    ];

    private static void Samples(ReportPage page, QuickstartPictures pictures)
    {
        page.Section(
            "What it draws",
            $"One row for each digit that was asked for. Each picture starts from its own noise and takes {Words.Counted(pictures.Settings.Steps, "step")} of {pictures.Settings.Sampler}"
            + (pictures.Settings.Guidance == 1 ? "." : $", with guidance {pictures.Settings.Guidance} towards its class."));
        page.Pixels(pictures.Samples, "Ten samples of each class; none was picked.");
    }

    private static void Processes(ReportPage page, QuickstartPictures pictures)
    {
        page.Section(
            "From picture to noise",
            "The forward process, x_t = α·x0 + σ·ε: training images drown in noise. While it trains, the model sees pictures at every level and has to say what the noise hides.");
        page.Pixels(pictures.ForwardAnimation, "One training image of each class.");
        page.Pixels(pictures.ForwardStrip, "The same, time to the right.");
        page.Section("From noise to picture", "The reverse process: the model is asked again and again what is hidden, and each time a little of the noise is taken away.");
        page.Pixels(pictures.ReverseAnimation, "One new picture of each class.");
        page.Pixels(pictures.ReverseStrip, "The same, time to the right.");
    }

    private static void Copies(ReportPage page, Neighbours found, byte[] table)
    {
        page.Section(
            "Are they copies?",
            $"Under each sample (top row) are the three training images nearest to it. The median sample is {found.Samples:0.000} away from its nearest training image; "
            + $"an image that was never shown to the model is {found.Unseen:0.000} away (root mean square difference of pixels in [−1, 1]). A model that copied would be near 0.");
        page.Pixels(table, "Samples, and their nearest neighbours in the training set.");
    }

    private static void Learning(ReportPage page, IReadOnlyList<MetricsRecord> metrics, string run)
    {
        page.Section("How it learned", "The loss falls fast at first and slowly for the rest, while the pictures get better all the time. Middling noise is soon understood; at the ends there is either almost nothing left to remove, or almost nothing to go by.");
        if (metrics.Count > 2)
        {
            page.Plot(TrainingPlots.Loss(metrics), "Loss of the batches, and their running mean.");
            page.Plot(TrainingPlots.Levels(metrics), "The same by noise level: what is learned when.");
        }

        var grids = Directory.GetFiles(Path.Combine(run, "samples"), "step-*.png").Order(StringComparer.Ordinal).ToArray();
        var shown = Enumerable.Range(0, Math.Min(ShownGrids, grids.Length)).Select(i => grids[i * (grids.Length - 1) / Math.Max(1, Math.Min(ShownGrids, grids.Length) - 1)]);
        page.Row([.. shown.Distinct().Select(path => (File.ReadAllBytes(path), $"after {Words.Counted(long.Parse(Path.GetFileNameWithoutExtension(path).AsSpan(5)), "step")}, always from the same noise"))]);
    }

    private static void GoOn(ReportPage page, string run)
    {
        page.Section("Go on", "From the folder in which you ran the quickstart:");
        page.Command("Draw sixty-four sevens.", ProgramName.Line("sample", run, "-n 64 --class 7 --guidance 2 --grid 8x8"));
        page.Command("Make one of them again, bit for bit, from the settings inside the picture.", ProgramName.Line("reproduce", Path.Combine("samples", "000003.png")));
        page.Command("Train the same model further, up to half an hour in all.", ProgramName.Line("train --resume", run, "--minutes 30"));
        page.Command("Train on your own pictures; sub-folders are classes.", ProgramName.Line("train --data", "PICTURES", "--set data.size=32"));
        page.Command("Ask what a model or a picture is.", ProgramName.Line("info", run));
    }

    private static void Settings(ReportPage page, TrainingConfig config, QuickstartPictures pictures, double totalSeconds)
    {
        page.Section("Settings", "All of them are in config.yaml of the run.");
        page.Table(
            ("Data", config.Data.Source),
            ("Network", $"{Network(config)}, {config.Precision.ToString().ToLowerInvariant()}"),
            ("Training", $"AdamW, peak learning rate {config.Optimizer.LearningRate}, batches of {config.Batch}, seed {config.Seed}"),
            ("Sampling", $"{pictures.Settings.Sampler}, {pictures.Settings.Spacing}, {Words.Counted(pictures.Settings.Steps, "step")}, guidance {pictures.Settings.Guidance}"),
            ("Machine", $"{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.OSDescription}"),
            ("Whole quickstart", Words.Duration(totalSeconds)));
    }

    private static string Network(TrainingConfig config) => config.Network is UNet2DConfig unet
        ? $"UNet, {string.Join(", ", unet.BlockOutChannels)} channels"
        : config.Network.ClassName;
}
