using System.Reflection;
using Brownian.Testing;

namespace Brownian.Tests.Architecture;

public sealed class ArrowTests
{
    /// <summary>From the top down: a folder may use its own row and those below.</summary>
    private static readonly string[][] Rows =
    [
        ["Tasks", "Evaluation", "Training", "Verification"],
        ["Networks", "Checkpoints", "Data"],
        ["Likelihood", "Objectives", "Guidance", "Samplers", "Spacing", "Ode"],
        ["Paths", "Parameterizations", "Runtime", ""],
    ];

    private static readonly Assembly Library = typeof(NoiseLevel).Assembly;

    [Fact]
    public void Arrows_point_downwards()
    {
        var wrong =
            from type in Library.GetTypes()
            where Folder(type) is not null
            from used in UsedTypes.Of(type)
            where used.Assembly == Library && Folder(used) is not null && Row(used) < Row(type)
            select $"{type.FullName} → {used.FullName}";
        Assert.True(!wrong.Any(), string.Join(Environment.NewLine, wrong.Distinct().Order()));
    }

    [Fact]
    public void Every_folder_has_its_row()
    {
        var folders = Library.GetTypes().Select(Folder).OfType<string>().Distinct();
        Assert.Empty(folders.Except(Rows.SelectMany(row => row)));
    }

    [Fact]
    public void No_sampler_knows_a_network_and_no_network_knows_a_path()
    {
        var wrong =
            from type in Library.GetTypes()
            where Folder(type) is "Samplers" or "Spacing" or "Networks"
            from used in UsedTypes.Of(type)
            where Folder(type) == "Networks"
                ? Folder(used) is "Paths" or "Samplers" or "Parameterizations"
                : used == typeof(Network) || used == typeof(DiffusionModel)
            select $"{type.FullName} → {used.FullName}";
        Assert.True(!wrong.Any(), string.Join(Environment.NewLine, wrong.Distinct().Order()));
    }

    [Fact]
    public void The_reader_of_code_sees_what_a_method_uses() =>
        Assert.Contains(typeof(Brownian.Paths.Posterior), UsedTypes.Of(typeof(Brownian.Samplers.Ancestral)));

    private static int Row(Type type) => Array.FindIndex(Rows, row => row.Contains(Folder(type)));

    /// <summary>The first part of the namespace under Brownian; empty for the root; null for types that are not of the library's code.</summary>
    private static string? Folder(Type type)
    {
        var parts = type.Namespace?.Split('.') ?? [];
        return parts is ["Brownian", ..] && type.Assembly == Library ? parts.ElementAtOrDefault(1) ?? "" : null;
    }
}
