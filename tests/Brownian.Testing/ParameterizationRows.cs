using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Testing;

/// <summary>Every parameterization of the library, for theories; the architecture test sees to it that none is missing.</summary>
public static class ParameterizationRows
{
    /// <summary>Each by a name.</summary>
    public static IReadOnlyDictionary<string, Parameterization> All { get; } = new Dictionary<string, Parameterization>(StringComparer.Ordinal)
    {
        ["epsilon"] = new PredictEpsilon(),
        ["x0"] = new PredictX0(),
        ["v"] = new PredictV(),
        ["score"] = new PredictScore(),
        ["flow"] = new PredictFlow(),
        ["edm"] = new PredictEdm(),
        ["edm-vp"] = new PredictVpEpsilon(),
        ["edm-ve"] = new PredictVeEpsilon(),
        ["edm-iddpm"] = new PredictIddpmEpsilon(),
        ["consistency"] = new PredictConsistency(0.0005),
        ["flow-to-data"] = new PredictFlow { ToData = true },
        ["score-unit"] = new PredictScore { UnitData = true, Told = NoiseLabel.Sigma },

        // Steps for the times of every path, of which the longest goes to 6400; the mean's factor of x0 stays large enough to divide by.
        ["previous"] = new PredictPrevious(DiscretePath.Linear(10_000, 1e-9, 2e-4).InDoublePrecision()),
        ["bit"] = new PredictBit(),
    };
}
