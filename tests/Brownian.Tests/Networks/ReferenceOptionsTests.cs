using Brownian.Testing;
using Brownian.Tests.Verification;

namespace Brownian.Tests.Networks;

/// <summary>Options of the references' networks, each computed by the reference itself on a small network with generated weights.</summary>
public sealed class ReferenceOptionsTests : LeakCheck
{
    public static TheoryData<string> Cases =>
    [
        .. Directory.EnumerateDirectories(GoldenData.Root).Where(HasGeneratedWeights).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_network_with_these_options_computes_the_numbers_of_the_reference(string name)
    {
        var result = GoldenCase.Passes(name);
        Assert.True(result.MaxAbsolute <= result.Tolerance, result.ToString());
    }

    [Fact]
    public void There_are_cases_of_every_family() =>
        Assert.All(["adm_", "ddpm", "edm_", "inception", "ncsn_", "ncsnpp_", "ncsnv2_"], family => Assert.Contains(Cases, row => row.Data.StartsWith(family, StringComparison.Ordinal)));

    private static bool HasGeneratedWeights(string folder) =>
        Path.Combine(folder, "case.json") is var file && File.Exists(file) && File.ReadAllText(file).Contains("\"generated_weights\"", StringComparison.Ordinal);
}
