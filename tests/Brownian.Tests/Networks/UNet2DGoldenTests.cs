using Brownian.Testing;
using Brownian.Tests.Verification;

namespace Brownian.Tests.Networks;

public sealed class UNet2DGoldenTests : LeakCheck
{
    public static TheoryData<string> Cases => [.. Directory.EnumerateDirectories(GoldenData.Root, "unet2d_*").Select(p => Path.GetFileName(p)!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_unet_computes_the_numbers_of_the_reference(string name)
    {
        var result = GoldenCase.Passes(name);
        Assert.True(result.MaxAbsolute <= result.Tolerance, result.ToString());
        TestContext.Current.TestOutputHelper?.WriteLine(result.ToString());
    }
}
