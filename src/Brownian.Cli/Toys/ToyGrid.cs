using static TorchSharp.torch;

namespace Brownian.Cli.Toys;

/// <summary>The cells of a panel as points.</summary>
internal static class ToyGrid
{
    /// <summary>The middles of cells × cells cells, row by row from the top, [cells², 2] float32.</summary>
    /// <param name="cells">Along each side.</param>
    /// <param name="reach">How far the outermost middles are from the centre, as a part of the window's half.</param>
    public static Tensor Points(int cells, double? reach = null)
    {
        var far = Figure.Window * (reach ?? 1 - 1.0 / cells);
        using var scope = NewDisposeScope();
        var (x, y) = (linspace(-far, far, cells), linspace(far, -far, cells));
        return stack([x.unsqueeze(0).expand(cells, cells), y.unsqueeze(1).expand(cells, cells)], 2).reshape(-1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>The true density of the cells at a level, in the units in which points are shown.</summary>
    public static double[] Density(ToyData data, NoiseLevel at, int cells)
    {
        using var scope = NewDisposeScope();
        var unit = ToyWalk.Unit(at);
        return (data.LogDensity(Points(cells) * unit, at).exp() * (unit * unit)).data<double>().ToArray();
    }
}
