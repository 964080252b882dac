using Brownian.Data;
using Brownian.Spacing;
using SkiaSharp;
using static TorchSharp.torch;

namespace Brownian.Cli.Toys;

/// <summary>Everything that is drawn of one trained toy.</summary>
internal sealed class ToyPictures(ToyFamily family, ToyData data, DiffusionModel model, ulong seed)
{
    private const int Cells = 110, LearnedCells = 80, Particles = 400, Wanderers = 5, Drifters = 36, FlowSteps = 100, Frames = 45;
    private static readonly SKColor Amber = new(245, 158, 11), Slate = new(30, 41, 59, 200);
    private static readonly double[] ForwardRatios = [0, 0.1, 0.25, 0.6, 1.5, double.PositiveInfinity];
    private static readonly double[] ScoreRatios = [0.8, 0.25, 0.08];
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(60), Rest = TimeSpan.FromSeconds(1.6);

    private readonly IDenoiser denoiser = model.Bind();

    /// <summary>Data become noise: the true density at six levels, and points that walk there.</summary>
    public Picture Forward()
    {
        using var scope = NewDisposeScope();
        using var random = new RandomStream(seed, 1);
        var levels = ForwardRatios.Select(Level).ToArray();
        var walk = ToyWalk.Forward(data.Draw(Particles, random), levels, random);
        using var figure = new Figure(levels.Length, 200);
        for (var i = 0; i < levels.Length; i++)
        {
            Truth(figure, i, levels[i]);
            figure.Points(i, walk.Points[i], Amber.WithAlpha(150), 1.3f);
            figure.Title(i, levels[i].IsClean ? "data" : double.IsInfinity(ForwardRatios[i]) ? "noise" : $"σ/α = {ForwardRatios[i]}");
        }

        return figure.Picture();
    }

    /// <summary>Where the model says that density grows, at three levels.</summary>
    public Picture Score()
    {
        const int Arrows = 19;
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var figure = new Figure(ScoreRatios.Length, 330);
        for (var panel = 0; panel < ScoreRatios.Length; panel++)
        {
            var at = Level(ScoreRatios[panel]);
            Truth(figure, panel, at);
            var (grid, spacing) = (ToyGrid.Points(Arrows, 1 - 1.0 / Arrows), 2 * Figure.Window / Arrows);
            var score = denoiser.Denoise(grid * ToyWalk.Unit(at), at).Score(at) * at.Sigma;
            var (places, vectors) = (ToyWalk.Shown(grid, new(0, 1, 0)), ToyWalk.Shown(score, new(0, 1, 0)));
            foreach (var (place, vector) in places.Zip(vectors))
            {
                // σ·score is −ε: about 1 where noise would be found. Longer ones are drawn as long as fits.
                var length = Math.Sqrt(vector.X * vector.X + vector.Y * vector.Y);
                var scale = (float)(0.9 * spacing * Math.Tanh(0.7 * length) / Math.Max(length, 1e-6));
                figure.Arrow(panel, place, new(vector.X * scale, vector.Y * scale), Slate);
            }

            figure.Title(panel, $"score at σ/α = {ScoreRatios[panel]}");
        }

        return figure.Picture();
    }

    /// <summary>A few points on three ways: noised, and denoised by chance and by the flow.</summary>
    public Picture Trajectories()
    {
        using var scope = NewDisposeScope();
        var walks = Walks();
        using var figure = new Figure(walks.Length, 330);
        for (var panel = 0; panel < walks.Length; panel++)
        {
            var (title, walk) = walks[panel];
            figure.Border(panel);
            figure.Points(panel, walk.Points[^1], new(15, 118, 110, 70), 1.4f);

            // Few of those that wander, lest they cover each other; the flow is orderly.
            var (flows, followed) = (panel == walks.Length - 1, panel == walks.Length - 1 ? Drifters : Wanderers);
            for (var i = 0; i < followed; i++)
            {
                var colour = SKColor.FromHsl(360f * (i * 0.618f % 1), 62, 44);
                SKPoint[] way = [.. walk.Points.Select(points => points[i])];
                figure.Line(panel, way, colour.WithAlpha(flows ? (byte)200 : (byte)130), flows ? 1.5f : 0.9f);
                figure.Points(panel, [way[0]], colour, flows ? 2.6f : 4.2f);
                figure.Points(panel, [way[0]], SKColors.White, flows ? 1.5f : 2.8f);
                figure.Points(panel, [way[^1]], colour, flows ? 2.6f : 4.2f);
            }

            figure.Title(panel, title);
        }

        return figure.Picture();
    }

    /// <summary>The three ways as an animation that rests at its end.</summary>
    public byte[] Animation()
    {
        using var scope = NewDisposeScope();
        var walks = Walks();
        var frames = Enumerable.Range(0, Frames).Select(frame =>
        {
            using var figure = new Figure(walks.Length, 190);
            for (var panel = 0; panel < walks.Length; panel++)
            {
                var (title, walk) = walks[panel];
                var step = frame * (walk.Points.Count - 1) / (Frames - 1);
                figure.Border(panel);
                figure.Points(panel, walk.Points[step], new(15, 118, 110, 170), 1.5f);
                figure.Title(panel, title);
            }

            return (figure.Picture(), frame == Frames - 1 ? Rest : Tick);
        });
        return ImageCodec.EncodeAnimatedWebp([.. frames], 40);
    }

    /// <summary>The true density, the model's by its likelihood, and samples.</summary>
    /// <param name="density">The model's.</param>
    public Picture Density(ToyDensity density)
    {
        using var scope = NewDisposeScope();
        using var figure = new Figure(3, 330);
        var (truth, learned) = (ToyGrid.Density(data, model.Path.Clean, Cells), density.OnGrid(LearnedCells));
        var top = Top(truth);
        figure.Heat(0, truth, top);
        figure.Heat(1, learned, top);
        figure.Title(0, $"truth: {density.Entropy:0.00} nats a point");
        figure.Title(1, $"{family.Title}'s likelihood: {density.CrossEntropy:0.00} nats");
        using var random = new RandomStream(seed, 4);
        var schedule = family.WalkSpacing.Levels(model.Path, family.WalkSteps);
        var start = random.NormalLike(zeros(5 * Particles, 2)) * model.Path.StartScale(schedule[0]);
        var (_, end) = ToyWalk.Reverse(family.Walk, denoiser, schedule, start, random);
        figure.Border(2);
        figure.Points(2, ToyWalk.Shown(end, model.Path.Clean), new(15, 118, 110, 130), 1.4f);
        figure.Title(2, $"{5 * Particles} samples");
        return figure.Picture();
    }

    private (string Title, ToyWalk Walk)[] Walks()
    {
        using var random = new RandomStream(seed, 2);
        var (flow, chance) = (family.FlowSpacing.Levels(model.Path, FlowSteps), family.WalkSpacing.Levels(model.Path, family.WalkSteps));
        var forward = ToyWalk.Forward(data.Draw(Particles, random), [.. chance.Reverse()], random);
        var start = random.NormalLike(zeros(Particles, 2));
        var (walk, _) = ToyWalk.Reverse(family.Walk, denoiser, chance, start * model.Path.StartScale(chance[0]), random);
        var (stream, _) = ToyWalk.Reverse(family.Flow, denoiser, flow, start * model.Path.StartScale(flow[0]), random);
        return [("forward: noise is added", forward), ("reverse SDE: noise and score", walk), ("probability flow: score alone", stream)];
    }

    private void Truth(Figure figure, int panel, NoiseLevel at)
    {
        var density = ToyGrid.Density(data, at, Cells);
        figure.Heat(panel, density, Top(density));
    }

    private NoiseLevel Level(double ratio) => model.Path.AtNoiseToSignal(ratio);

    // Single peaks do not set the scale.
    private static double Top(double[] density) => density.Order().ElementAt((int)(density.Length * 0.995));
}
