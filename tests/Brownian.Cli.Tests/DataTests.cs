using System.Text.Json;
using Brownian.Cli.Terminals;

namespace Brownian.Cli.Tests;

public sealed class DataTests
{
    [Fact]
    public void A_data_set_is_described_in_numbers_and_as_a_grid()
    {
        using var folder = new TemporaryFolder();
        var path = folder / "grid.png";
        var outcome = Cli.Run("data", "builtin:strokes", "--split", "test", "--json", "--out", path);
        Assert.Equal(0, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Out);
        Assert.Equal(10, json.RootElement.GetProperty("classes").EnumerateObject().Count());
        Assert.Equal(28, json.RootElement.GetProperty("height").GetInt32());
        Assert.InRange(json.RootElement.GetProperty("mean").GetDouble(), -0.95, -0.5);
        var grid = Pixels.Decode(File.ReadAllBytes(path));
        Assert.Equal(10 * ((28 * 2) + 2) + 2, grid.Width);
    }

    [Fact]
    public void An_unknown_data_set_is_a_usage_error_that_names_the_known_ones()
    {
        var outcome = Cli.Run("data", "builtin:strkes");
        Assert.Equal(2, outcome.Code);
        Assert.Empty(outcome.Out);
        Assert.Contains("builtin:strokes", outcome.Error);
        Assert.DoesNotContain("   at ", outcome.Error);
    }
}
