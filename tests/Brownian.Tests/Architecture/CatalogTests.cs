using System.Reflection;
using System.Text.Json.Serialization;
using Brownian.Checkpoints;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;

namespace Brownian.Tests.Architecture;

public sealed class CatalogTests
{
    public static TheoryData<Type> Kinds => [typeof(GaussianPath), typeof(Parameterization), typeof(Sampler), typeof(ISpacing)];

    /// <summary>Spacings that only reproduce what diffusers does.</summary>
    private static readonly Type[] DiffusersOnly = [typeof(OneStepMore), typeof(MirroredFlow)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_row_is_a_sealed_record_and_stands_in_its_table(Type kind)
    {
        var rows = kind.Assembly.GetTypes().Where(type => kind.IsAssignableFrom(type) && type is { IsInterface: false, IsAbstract: false }).ToArray();
        Assert.NotEmpty(rows);
        Assert.All(rows, type => Assert.True(type.IsSealed, $"{type.Name} is not sealed"));
        Assert.All(rows, type => Assert.True(typeof(IEquatable<>).MakeGenericType(type).IsAssignableFrom(type), $"{type.Name} is no record"));
        Assert.Equal(rows.Select(type => type.Name).Order(), Tabled(kind).Select(type => type.Name).Distinct().Order());
    }

    [Theory]
    [InlineData(typeof(GaussianPath))]
    [InlineData(typeof(Parameterization))]
    public void Every_row_has_a_kind_in_json(Type kind)
    {
        var rows = kind.Assembly.GetTypes().Where(type => kind.IsAssignableFrom(type) && !type.IsAbstract);
        var named = kind.GetCustomAttributes<JsonDerivedTypeAttribute>().Select(row => row.DerivedType);
        Assert.Equal(rows.Select(type => type.Name).Order(), named.Select(type => type.Name).Order());
    }

    private static IEnumerable<Type> Tabled(Type kind) =>
        kind == typeof(GaussianPath) ? PathRows.All.Values.Select(row => row.GetType())
        : kind == typeof(Parameterization) ? ParameterizationRows.All.Values.Select(row => row.GetType())

        // What wraps another sampler has no name to be found by.
        : kind == typeof(Sampler) ? [.. SamplerCatalog.All.Select(row => row.Sampler.GetType()), typeof(Blended)]

        // What needs a list, a table or another spacing, or fits one path only, has no name to be found by.
        : [.. SpacingCatalog.All.Select(row => row.Spacing.GetType()), typeof(Listed), typeof(ListedRatios), typeof(Respaced), typeof(KarrasTable), typeof(Jumps), typeof(Reversed),
            .. DiffusersOnly];
}
