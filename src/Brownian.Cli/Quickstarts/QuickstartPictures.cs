using Brownian.Checkpoints;
using Brownian.Cli.Live;
using Brownian.Cli.Samples;
using Brownian.Cli.Terminals;
using Brownian.Data;
using static TorchSharp.torch;

namespace Brownian.Cli.Quickstarts;

/// <summary>Everything that the quickstart draws, written to its folder.</summary>
internal sealed record QuickstartPictures
{
    private const int PerClass = 10;
    private const int WalkSteps = 40;
    private const int WalkRows = 6;

    public required byte[] Samples { get; init; }

    public required byte[] ForwardStrip { get; init; }

    public required byte[] ForwardAnimation { get; init; }

    public required byte[] ReverseStrip { get; init; }

    public required byte[] ReverseAnimation { get; init; }

    public required byte[] NeighbourTable { get; init; }

    public required Neighbours Neighbours { get; init; }

    public required SampleSettings Settings { get; init; }

    /// <summary>Pictures drawn a second.</summary>
    public required double PicturesPerSecond { get; init; }

    /// <summary>Files and what is on them, in the order of the report.</summary>
    public IReadOnlyList<(string Name, byte[] Bytes)> Files =>
    [
        ("samples.png", Samples), ("forward.png", ForwardStrip), ("forward.webp", ForwardAnimation), ("reverse.png", ReverseStrip),
        ("reverse.webp", ReverseAnimation), ("neighbours.png", NeighbourTable),
    ];

    public static QuickstartPictures Draw(ModelBundle bundle, string model, IImageDataset train, IImageDataset unseen, Terminal terminal, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var classes = bundle.ClassCount ?? 1;
        var settings = SampleSettings.For(bundle, null, null, null, null) with
        {
            Count = classes * PerClass,
            BatchSize = 50,
            Labels = [.. Enumerable.Range(0, classes * PerClass).Select(i => (long)(i / PerClass))],
        };
        var begin = TimeProvider.System.GetTimestamp();
        using var samples = SamplePictures.Make(bundle, settings, model, false, null, cancellation);
        var seconds = TimeProvider.System.GetElapsedTime(begin).TotalSeconds;
        var zoom = TrajectoryPictures.Zoom(samples.Pictures[0]);
        var grid = ImageGrid.Tile(samples.Pictures, PerClass, zoom: zoom);
        terminal.Show(Pixels.Of(grid));
        terminal.Say($"{Words.Counted(settings.Count, "picture")}, {PerClass} of each class, in {Words.Duration(seconds)}");

        using var walk = SamplePictures.Make(bundle, Walk(settings, classes), model, false, null, cancellation);
        var reverse = TrajectoryPictures.Data(walk.Trajectory);
        var forward = ForwardProcess.Frames(train, bundle.Model.Path, OneOfEach(train, classes));
        var chosen = Enumerable.Range(0, classes).Select(c => c * PerClass).ToArray();
        var found = Neighbours.Find(samples.Tensor(), train, unseen);
        var shown = found with { Nearest = [.. chosen.Select(i => found.Nearest[i])] };
        return new()
        {
            // The grid is drawn with large pixels, so it carries the settings of its samples but is not reproduced as a picture.
            Samples = ImageCodec.EncodePng(grid, new Dictionary<string, string>(StringComparer.Ordinal) { ["parameters"] = samples.Whole.ToText()["parameters"] }),
            ForwardStrip = ImageCodec.EncodePng(TrajectoryPictures.Strip(forward, WalkRows)),
            ForwardAnimation = TrajectoryPictures.Animation(forward, classes),
            ReverseStrip = ImageCodec.EncodePng(TrajectoryPictures.Strip(reverse, WalkRows)),
            ReverseAnimation = TrajectoryPictures.Animation(reverse, classes),
            NeighbourTable = ImageCodec.EncodePng(Neighbours.Table([.. chosen.Select(i => samples.Pictures[i])], shown, train, zoom)),
            Neighbours = found,
            Settings = settings,
            PicturesPerSecond = settings.Count / seconds,
        };
    }

    public void Write(string folder)
    {
        foreach (var (name, bytes) in Files)
        {
            File.WriteAllBytes(Path.Combine(folder, name), bytes);
        }
    }

    // One of each class, in more and so shorter steps: an animation wants frames.
    private static SampleSettings Walk(SampleSettings settings, int classes) => settings with
    {
        Count = classes,
        BatchSize = classes,
        Steps = WalkSteps,
        Seed = 1000,
        Labels = [.. Enumerable.Range(0, classes).Select(c => (long)c)],
        Trajectory = true,
    };

    private static IReadOnlyList<int> OneOfEach(IImageDataset set, int classes) =>
        [.. Enumerable.Range(0, classes).Select(c => Enumerable.Range(0, set.Count).First(i => set.Label(i) == c))];
}
