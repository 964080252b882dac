using System.Text.Json;

namespace Brownian.Cli.Tests;

public sealed class DoctorTests
{
    [Fact]
    public void Json_lists_every_finding_and_nothing_else_is_on_standard_output()
    {
        var outcome = Cli.Run("doctor", "--json");
        using var json = JsonDocument.Parse(outcome.Out);
        var names = json.RootElement.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("name").GetString()).ToArray();
        Assert.Equal(["brownian", "libtorch", "processor", "threads", "gpu", "memory", "disk", "images", "fonts", "caches", "screen"], names);
        Assert.Equal(json.RootElement.GetProperty("ok").GetBoolean() ? 0 : 1, outcome.Code);
        Assert.Empty(outcome.Error);
    }

    [Fact]
    public void Libtorch_images_and_fonts_work_on_this_machine()
    {
        using var json = JsonDocument.Parse(Cli.Run("doctor", "--json").Out);
        foreach (var finding in json.RootElement.GetProperty("findings").EnumerateArray())
        {
            if (finding.GetProperty("name").GetString() is "libtorch" or "images" or "fonts")
            {
                Assert.Equal("ok", finding.GetProperty("verdict").GetString());
            }
        }
    }
}
