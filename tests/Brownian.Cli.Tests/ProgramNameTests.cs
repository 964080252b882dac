namespace Brownian.Cli.Tests;

public sealed class ProgramNameTests
{
    [Fact]
    public void A_checkout_is_called_by_its_project_wherever_one_stands()
    {
        var words = ProgramName.Call.Split(' ');
        Assert.Equal(["dotnet", "run", "-c", "Release", "--project"], words[..5]);
        Assert.True(File.Exists(Path.Combine(words[5].Trim('\''), "Brownian.Cli.csproj")), ProgramName.Call);
        Assert.Equal(ProgramName.Call + " info model --json", ProgramName.Line("info", Path.GetFullPath("model"), "--json"));
    }

    [Theory]
    [InlineData("runs/mnist", "runs/mnist")]
    [InlineData("my runs", "'my runs'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("a$(b)", "'a$(b)'")]
    [InlineData("-n", "./-n")]
    [InlineData("größe", "größe")]
    public void A_path_is_written_so_that_a_shell_reads_it_back(string path, string argument)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "its shells quote otherwise");
        Assert.Equal(argument, ProgramName.Argument(path));
    }
}
