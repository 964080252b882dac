using Brownian.Testing;
using Brownian.Verification;

namespace Brownian.Tests.Verification;

/// <summary>A folder under tests/golden that holds one case.</summary>
internal static class GoldenCase
{
    /// <summary>Runs the case, requires that it passes, and returns what was compared.</summary>
    public static CaseResult Passes(string name)
    {
        var result = Assert.Single(GoldenFolder.Run(GoldenData.At(name)));
        Assert.True(result.Outcome == CaseOutcome.Pass, result.ToString());
        return result;
    }
}
