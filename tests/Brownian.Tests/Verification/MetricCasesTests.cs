using Brownian.Testing;

namespace Brownian.Tests.Verification;

public sealed class MetricCasesTests : LeakCheck
{
    [Theory]
    [InlineData("metrics_features", 51)]
    [InlineData("metrics_images", 51)]
    public void The_numbers_are_those_of_the_reference(string name, int compared)
    {
        var result = GoldenCase.Passes(name);

        // Nothing of the case was passed over: the detail counts what was compared.
        Assert.Equal($"{compared} tensors", result.Detail);
    }
}
