using Brownian.Testing;
using Brownian.Verification;

namespace Brownian.Tests.Verification;

public sealed class MetricCasesTests : LeakCheck
{
    [Theory]
    [InlineData("metrics_features", 51)]
    [InlineData("metrics_images", 51)]
    public void The_numbers_are_those_of_the_reference(string name, int compared)
    {
        var result = Assert.Single(GoldenFolder.Run(GoldenData.At(name)));
        Assert.True(result.Outcome == CaseOutcome.Pass, result.ToString());

        // Nothing of the case was passed over: the detail counts what was compared.
        Assert.Equal($"{compared} tensors", result.Detail);
    }
}
