using Brownian.Testing;

namespace Brownian.Tests.Verification;

public sealed class GuidedCasesTests : LeakCheck
{
    [Theory]
    [InlineData("iddpm_unet", 362)]
    [InlineData("adm_classifier_guidance", 13)]
    public void The_numbers_are_those_of_the_reference(string name, int atLeast)
    {
        var result = GoldenCase.Passes(name);

        // Nothing of the case was passed over: the detail counts what was compared.
        Assert.True(int.Parse(result.Detail.Split(' ')[0], null) >= atLeast, result.Detail);
    }
}
