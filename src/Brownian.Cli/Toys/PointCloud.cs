using static TorchSharp.torch;

namespace Brownian.Cli.Toys;

/// <summary>Many points with one Gaussian width around them: curves drawn with a soft pen, and mixtures.</summary>
internal sealed class PointCloud : ToyData
{
    private const int OnCurve = 160;
    private readonly (double X, double Y)[] centres;
    private readonly double[] cumulative;
    private readonly double width;

    /// <param name="centres">Where the points lie.</param>
    /// <param name="weights">How often each is chosen; scaled to sum 1.</param>
    /// <param name="width">The standard deviation around each.</param>
    private PointCloud((double X, double Y)[] centres, double[] weights, double width)
    {
        (this.centres, this.width) = (centres, width);
        cumulative = new double[weights.Length];
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            cumulative[i] = sum += weights[i] / weights.Sum();
        }
    }

    /// <summary>Two half circles that reach into each other.</summary>
    public static PointCloud Moons()
    {
        var angles = Even(OnCurve, 0, Math.PI);
        var upper = angles.Select(a => (Math.Cos(a) - 0.5, Math.Sin(a) - 0.25));
        var lower = angles.Select(a => (0.5 - Math.Cos(a), 0.25 - Math.Sin(a)));
        return new([.. upper.Concat(lower).Select(p => (0.62 * p.Item1, 0.62 * p.Item2))], Same(2 * OnCurve), 0.045);
    }

    /// <summary>A spiral of one and a half turns, evenly along its length.</summary>
    public static PointCloud SwissRoll()
    {
        // Evenly along an Archimedean spiral is nearly evenly in the square of its angle.
        var angles = Even(2 * OnCurve, 1, 9).Select(u => Math.Sqrt(u) * 1.5 * Math.PI).ToArray();
        return new([.. angles.Select(a => (0.068 * a * Math.Cos(a), 0.068 * a * Math.Sin(a)))], Same(2 * OnCurve), 0.03);
    }

    /// <summary>Eight Gaussians on a circle, each half as likely again as the one before.</summary>
    public static PointCloud Mixture()
    {
        var angles = Even(9, 0, 2 * Math.PI).Take(8).ToArray();
        return new([.. angles.Select(a => (0.75 * Math.Cos(a), 0.75 * Math.Sin(a)))], [.. Enumerable.Range(0, 8).Select(i => Math.Pow(1.25, i))], 0.08);
    }

    public override Tensor Draw(int count, RandomStream random)
    {
        var points = new float[2 * count];
        for (var i = 0; i < count; i++)
        {
            var found = Array.BinarySearch(cumulative, random.NextUniform());
            var (x, y) = centres[Math.Min(found < 0 ? ~found : found, centres.Length - 1)];
            points[2 * i] = (float)(x + width * random.NextNormal());
            points[2 * i + 1] = (float)(y + width * random.NextNormal());
        }

        return tensor(points).reshape(count, 2);
    }

    public override Tensor LogDensity(Tensor x, NoiseLevel at)
    {
        using var scope = NewDisposeScope();
        var places = tensor(centres.SelectMany(c => new[] { c.X, c.Y }).ToArray()).reshape(-1, 2) * at.Alpha;
        var shares = tensor(cumulative.Select((c, i) => c - (i == 0 ? 0 : cumulative[i - 1])).ToArray()).log();
        var variance = at.Alpha * at.Alpha * width * width + at.Sigma * at.Sigma;
        var squares = (x.to(ScalarType.Float64).unsqueeze(1) - places).square().sum(2);
        return ((squares / (-2 * variance) + shares).logsumexp(1) - Math.Log(2 * Math.PI * variance)).MoveToOuterDisposeScope();
    }

    private static double[] Same(int count) => [.. Enumerable.Repeat(1.0, count)];

    private static double[] Even(int count, double from, double to) =>
        [.. Enumerable.Range(0, count).Select(i => from + (to - from) * i / (count - 1))];
}
