using Brownian.Testing;
using Brownian.Tests.Verification;

namespace Brownian.Tests.Networks;

public sealed class ConditionalGoldenTests : LeakCheck
{
    public static TheoryData<string> Cases => [.. ((string[])["unet2dcond_*", "unclip_*", "dit*"])
        .SelectMany(pattern => Directory.EnumerateDirectories(GoldenData.Root, pattern)).Select(p => Path.GetFileName(p)!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_conditional_network_computes_the_numbers_of_the_reference(string name)
    {
        var result = GoldenCase.Passes(name);
        Assert.True(result.MaxAbsolute <= result.Tolerance, result.ToString());
        TestContext.Current.TestOutputHelper?.WriteLine(result.ToString());
    }
}
