using Brownian.Samplers;
using Brownian.Spacing;

namespace Brownian.Tests.Samplers;

public sealed class SamplerCatalogTests
{
    [Theory]
    [InlineData("dpm++2m", typeof(DpmSolverPlusPlus))]
    [InlineData("DPM++ 2M", typeof(DpmSolverPlusPlus))]
    [InlineData("sample_dpmpp_2m", typeof(DpmSolverPlusPlus))]
    [InlineData("EulerDiscreteScheduler", typeof(Euler))]
    [InlineData("DDPM", typeof(Ancestral))]
    [InlineData("k_heun", typeof(Heun))]
    public void A_sampler_is_found_by_any_of_its_names(string name, Type type) => Assert.IsType(type, SamplerCatalog.Find(name));

    [Fact]
    public void An_unknown_name_is_answered_with_the_nearest_one()
    {
        var error = Assert.Throws<ArgumentException>(() => SamplerCatalog.Find("huen"));
        Assert.Contains("Did you mean 'heun'? There are: ancestral, ancestral-learned, ddim,", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<ArgumentException>(() => SpacingCatalog.Find("karas"));
        Assert.Contains("Did you mean 'karras'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_near_to_none_is_answered_with_all_of_them() =>
        Assert.StartsWith("spacing: there is no 'foo'. There are: trailing, ", Assert.Throws<ArgumentException>(() => SpacingCatalog.Find("foo")).Message, StringComparison.Ordinal);

    [Fact]
    public void No_name_is_used_twice()
    {
        string[] Plain(IEnumerable<string> names) => [.. names.Select(n => n.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToUpperInvariant())];
        Assert.All(SamplerCatalog.All, row => Assert.Equal(row.Names.Count, Plain(row.Names).Distinct().Count()));
        var all = Plain(SamplerCatalog.All.SelectMany(row => row.Names));
        Assert.Equal(all.Length, all.Distinct().Count());
    }
}
