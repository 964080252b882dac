using System.Text.Json;
using Brownian.Cli.Terminals;

namespace Brownian.Cli.Tests;

/// <summary>What can only be seen from outside: the environment, and what is loaded when.</summary>
public sealed class ProcessTests
{
    private static readonly (string, string) NoTorch = ("BROWNIAN_LIBTORCH", "/no/such/folder");

    [Fact]
    public void Help_and_completion_do_not_load_libtorch()
    {
        Assert.Equal(0, Child.Run(["--help"], NoTorch).Code);
        Assert.Equal(0, Child.Run(["sample", "--help"], NoTorch).Code);
        Assert.Contains("karras", Child.Run(["[suggest:20]", "sample x --spacing ka"], NoTorch).Out);
    }

    [Fact]
    public void A_libtorch_that_cannot_be_loaded_is_one_clear_message()
    {
        var outcome = Child.Run(["data", "builtin:strokes"], NoTorch);
        Assert.Equal(1, outcome.Code);
        Assert.Empty(outcome.Out);
        Assert.StartsWith("brownian: BROWNIAN_LIBTORCH: expected a folder with libtorch_cpu.so", outcome.Error);
        Assert.Single(outcome.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void Doctor_finds_the_libtorch_that_cannot_be_loaded()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere libtorch is loaded as shipped");
        var outcome = Child.Run(["doctor", "--json"], NoTorch);
        Assert.Equal(1, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Out);
        var torch = json.RootElement.GetProperty("findings").EnumerateArray().Single(f => f.GetProperty("name").GetString() == "libtorch");
        Assert.Equal("fail", torch.GetProperty("verdict").GetString());
        Assert.Contains("/no/such/folder", torch.GetProperty("detail").GetString());
    }

    [Fact]
    public void A_stack_trace_is_shown_only_when_it_is_asked_for()
    {
        Assert.DoesNotContain("   at ", Run(trace: false));
        Assert.Contains("   at ", Run(trace: true));

        static string Run(bool trace)
        {
            var error = new StringWriter();
            Assert.Equal(2, new CommandLine(new Terminal { Out = new StringWriter(), Error = error, Trace = trace }).Run(["verify", "/no/such/folder"]));
            return error.ToString();
        }
    }
}
