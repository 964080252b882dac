using System.Text.RegularExpressions;
using Brownian.Checkpoints;
using Brownian.Cli.Quickstarts;
using Brownian.Cli.Terminals;
using Brownian.Cli.Trainings;
using Brownian.Data;
using Brownian.Training;

namespace Brownian.Cli.Tests;

/// <summary>The quickstart's parts on a tiny run; the whole is run by continuous integration.</summary>
public sealed partial class QuickstartTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_report_holds_every_picture_and_nothing_from_the_network()
    {
        var terminal = new Terminal { Out = new StringWriter(), Error = new StringWriter() };
        var config = ConfigFile.Load("tiny", settings:
        [
            "data.source=builtin:strokes", "data.size=8", "data.count=200", "batch=16", "precision=float32", "budget.steps=30", "log.every_steps=2",
            "network.block_out_channels=[8, 8]", "network.norm_num_groups=4", "network.attention_head_dim=8", "samples.count=10", "samples.steps=2",
            "samples.every_minutes=null", "samples.every_steps=15",
        ]);
        TrainingOutcome outcome;
        using (var run = TrainingRun.Create(config, folder / "run"))
        {
            outcome = TrainingSession.Run(run, terminal, TestContext.Current.CancellationToken);
        }

        using var bundle = ModelBundle.Load(outcome.Run);
        var (train, unseen) = (config.Data.Open(), (config.Data with { Split = "test" }).Open());
        var pictures = QuickstartPictures.Draw(bundle, outcome.Run, train, unseen, terminal, TestContext.Current.CancellationToken);
        pictures.Write(folder.Path);
        var html = QuickstartReport.Html(outcome, config, 1234, pictures, 60);

        foreach (var (name, bytes) in pictures.Files)
        {
            Assert.True(new FileInfo(folder / name).Length == bytes.Length);
            Assert.Contains(Convert.ToBase64String(bytes), html);
        }

        Assert.Equal(2 + 6 + 2, Images().Count(html));
        Assert.DoesNotContain("src=\"http", html);
        Assert.DoesNotContain("<script", html);
        Assert.Contains("after 30 steps", html);
        Assert.Contains("--class 7", html);
    }

    [Fact]
    public void A_copy_is_found_at_distance_zero_and_its_original_first()
    {
        var options = new DatasetOptions { Count = 100, Size = 8 };
        var (train, unseen) = (DatasetCatalog.Open("builtin:strokes", options), DatasetCatalog.Open("builtin:strokes", options with { Split = "test" }));
        using var copies = ImageCodec.ToTensor(Previews.DatasetPreview.Read(train, 42));
        var found = Neighbours.Find(copies, train, unseen);
        Assert.Equal(42, found.Nearest[0][0]);
        Assert.InRange(found.Samples, 0, 1e-3);
        Assert.InRange(found.Unseen, 0.05, 1);
    }

    [GeneratedRegex("<img ", RegexOptions.None, 1000)]
    private static partial Regex Images();
}
