using Brownian.Paths;

namespace Brownian.Testing;

/// <summary>Every path of the library, for theories; the architecture test sees to it that none is missing.</summary>
public static class PathRows
{
    /// <summary>Each by a name.</summary>
    public static IReadOnlyDictionary<string, GaussianPath> All { get; } = new Dictionary<string, GaussianPath>(StringComparer.Ordinal)
    {
        ["linear"] = DiscretePath.Linear(),
        ["scaled-linear"] = DiscretePath.ScaledLinear(),
        ["cosine"] = DiscretePath.Cosine(),
        ["sigmoid"] = DiscretePath.Sigmoid(),
        ["zero-terminal"] = DiscretePath.ScaledLinear().WithZeroTerminalSnr(),
        ["vp"] = new VariancePreserving(),
        ["subvp"] = new SubVariancePreserving(),
        ["ve"] = new VarianceExploding(),
        ["edm"] = new EdmPath(),
        ["flow"] = new RectifiedFlow(),
        ["ladder"] = new SigmaTable(),
        ["uniform-ladder"] = new SigmaTable(2, 0.1, 12, LadderShape.Uniform),
        ["trigonometric"] = new Trigonometric(),
        ["scaled"] = new ScaledPath { Clock = SigmaClock.SquareRoot, PreservesVariance = true },
        ["scaled-vp"] = new ScaledPath { Clock = SigmaClock.Vp },
        ["bernoulli"] = new BernoulliPath(),
    };

    /// <summary>Those whose marginals are Gaussian.</summary>
    public static IReadOnlyDictionary<string, GaussianPath> Gaussian { get; } =
        All.Where(row => row.Value is not BernoulliPath).ToDictionary(row => row.Key, row => row.Value, StringComparer.Ordinal);
}
