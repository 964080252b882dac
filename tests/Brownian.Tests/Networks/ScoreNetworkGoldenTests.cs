using Brownian.Testing;
using Brownian.Tests.Verification;

namespace Brownian.Tests.Networks;

public sealed class ScoreNetworkGoldenTests : LeakCheck
{
    [Theory]
    [InlineData("ncsn_v1_refinenet")]
    [InlineData("scoresde_subvp_ddpmpp")]
    [InlineData("edm_veprecond_ncsnpp")]
    public void A_network_of_score_matching_computes_the_numbers_of_the_reference(string name)
    {
        var result = GoldenCase.Passes(name);
        Assert.True(result.MaxAbsolute <= result.Tolerance, result.ToString());
    }
}
