using System.Reflection;
using Brownian.Ode;

namespace Brownian.Tests.Ode;

public sealed class ButcherTableauTests
{
    public static IReadOnlyDictionary<string, ButcherTableau> All { get; } = typeof(ButcherTableau)
        .GetProperties(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(property => property.Name, property => (ButcherTableau)property.GetValue(null)!, StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. All.Keys];

    [Fact]
    public void There_are_as_many_rooted_trees_as_the_literature_counts() =>
        Assert.Equal([1, 1, 2, 4, 9, 20, 48], Enumerable.Range(1, 7).Select(order => RootedTree.OfOrder(order).Count));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_table_has_its_order_and_no_higher_one(string name)
    {
        var tableau = All[name];
        Assert.Throws<ArgumentException>(() => new ButcherTableau(name, tableau.Order + 1, tableau.Matrix, tableau.Weights));
        if (tableau.Embedded is not null)
        {
            Assert.True(tableau.EmbeddedOrder < tableau.Order);
            Assert.Throws<ArgumentException>(() => new ButcherTableau(
                name, tableau.Order, tableau.Matrix, tableau.Weights, tableau.Embedded, tableau.EmbeddedOrder + 1));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_mistyped_coefficient_is_found(string name)
    {
        var tableau = All[name];
        for (var i = 0; i < tableau.Stages; i++)
        {
            double[] wrong = [.. tableau.Weights];
            wrong[i] += 1e-9;
            var error = Assert.Throws<ArgumentException>(() => new ButcherTableau(name, tableau.Order, tableau.Matrix, wrong));
            Assert.Contains("Look for a mistyped coefficient", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_table_that_is_not_explicit_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new ButcherTableau("implicit midpoint", 2, [[0.5]], [1]));
        Assert.Contains("an explicit method", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(ButcherTableau.DormandPrince), true)]
    [InlineData(nameof(ButcherTableau.BogackiShampine), true)]
    [InlineData(nameof(ButcherTableau.CashKarp), false)]
    [InlineData(nameof(ButcherTableau.Euler), false)]
    [InlineData(nameof(ButcherTableau.RungeKutta4), false)]
    public void A_last_slope_that_is_the_next_first_is_recognised(string name, bool expected) => Assert.Equal(expected, All[name].LastIsFirst);
}
