using Brownian.Likelihood;
using Brownian.Ode;
using static TorchSharp.torch;

namespace Brownian.Cli.Toys;

/// <summary>A model's density in the plane by the probability flow with the exact divergence, and what it says of points it has not seen.</summary>
/// <param name="model">The model.</param>
internal sealed class ToyDensity(DiffusionModel model)
{
    private const int Unseen = 2000;

    /// <summary>The entropy of the data, nats: no model can describe them at a lower price.</summary>
    public required double Entropy { get; init; }

    /// <summary>What the model pays for a point of the data on average, nats.</summary>
    public required double CrossEntropy { get; init; }

    /// <summary>The standard error of <see cref="CrossEntropy"/>, of the difference to the truth on the same points.</summary>
    public required double StandardError { get; init; }

    /// <summary>The density of a model, compared on points that it was not trained on.</summary>
    public static ToyDensity Of(DiffusionModel model, ToyData data, ulong seed, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomStream(seed, 0x756E_7365_656E);
        var x = data.Draw(Unseen, random);
        var truth = data.LogDensity(x, model.Path.Clean).data<double>().ToArray();
        var learned = LogDensity(model, x, cancellation).data<double>().ToArray();
        var gaps = truth.Zip(learned, (t, l) => t - l).ToArray();
        var (mean, count) = (gaps.Average(), gaps.Length);
        return new(model)
        {
            Entropy = -truth.Average(),
            CrossEntropy = -learned.Average(),
            StandardError = Math.Sqrt(gaps.Sum(g => (g - mean) * (g - mean)) / (count - 1) / count),
        };
    }

    /// <summary>The density in the cells of a panel, row by row from the top.</summary>
    /// <param name="cells">Along each side.</param>
    /// <param name="reach">The side of the panel, in windows.</param>
    public double[] OnGrid(int cells, double reach = 1)
    {
        using var scope = NewDisposeScope();
        return LogDensity(model, ToyGrid.Points(cells) * reach, default).exp().data<double>().ToArray();
    }

    /// <summary>log p of points at the cleanest level, nats, [N] float64.</summary>
    private static Tensor LogDensity(DiffusionModel model, Tensor x, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var method = new ExactLikelihood { Solver = new AdaptiveSteps { RelativeTolerance = 1e-4, AbsoluteTolerance = 1e-4 } };
        var result = method.Evaluate(model.Bind(), model.Path, x, new ExactDivergence(), null, cancellation);
        return result.Nats.select(1, 0).clone().MoveToOuterDisposeScope();
    }
}
