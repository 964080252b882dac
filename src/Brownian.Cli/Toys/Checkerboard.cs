using static TorchSharp.torch;

namespace Brownian.Cli.Toys;

/// <summary>Evenly on the eight dark squares of a board of four by four: edges are what diffusion finds hardest.</summary>
internal sealed class Checkerboard : ToyData
{
    private const double Half = 0.9;
    private const int Side = 4;

    public override Tensor Draw(int count, RandomStream random)
    {
        var points = new float[2 * count];
        for (var i = 0; i < count; i++)
        {
            var row = random.NextInt(Side);
            var column = 2 * random.NextInt(Side / 2) + row % 2;
            points[2 * i] = (float)Edge(column + random.NextUniform());
            points[2 * i + 1] = (float)Edge(row + random.NextUniform());
        }

        return tensor(points).reshape(count, 2);
    }

    public override Tensor LogDensity(Tensor x, NoiseLevel at)
    {
        using var scope = NewDisposeScope();
        var wide = x.to(ScalarType.Float64);

        // A square's share, blurred: a product of two steps, each smoothed by the noise. At no noise the steps are sharp.
        var (across, down) = (Shares(wide.select(1, 0), at), Shares(wide.select(1, 1), at));
        var dark = tensor(Enumerable.Range(0, Side * Side).Select(i => (i / Side + i % Side) % 2 == 0 ? 1.0 : 0).ToArray()).reshape(Side, Side);
        var area = Math.Pow(at.Alpha * 2 * Half / Side, 2) * Side * Side / 2;
        return ((across.matmul(dark) * down).sum(1) / area).clamp_min(1e-30).log().MoveToOuterDisposeScope();
    }

    /// <summary>How much of each stripe's mass is found around x, [N, Side].</summary>
    private static Tensor Shares(Tensor x, NoiseLevel at)
    {
        var edges = tensor(Enumerable.Range(0, Side + 1).Select(i => at.Alpha * Edge(i)).ToArray());
        var distance = x.unsqueeze(1) - edges;
        var below = (distance / (Math.Max(at.Sigma, 1e-9) * Math.Sqrt(2))).erf();
        return (below[.., ..^1] - below[.., 1..]) / 2;
    }

    private static double Edge(double number) => Half * (2 * number / Side - 1);
}
