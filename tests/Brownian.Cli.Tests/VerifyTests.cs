using System.Text.Json;

namespace Brownian.Cli.Tests;

public sealed class VerifyTests
{
    private static readonly string Golden = FindGolden();

    [Fact]
    public void A_case_that_passes_is_one_line_and_a_count()
    {
        var outcome = Cli.Run("verify", Path.Combine(Golden, "unet2d_classcond"));
        Assert.Equal(0, outcome.Code);
        var lines = outcome.Out.TrimEnd().Split('\n', StringSplitOptions.TrimEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("unet2d_classcond ", lines[0]);
        Assert.EndsWith("pass", lines[0]);
        Assert.Equal("1 case: 1 passed, 0 failed, 0 unsupported", lines[1]);
    }

    [Fact]
    public void Json_has_the_same_numbers()
    {
        var outcome = Cli.Run("verify", Path.Combine(Golden, "unet2d_classcond"), "--json");
        using var json = JsonDocument.Parse(outcome.Out);
        var item = Assert.Single(json.RootElement.GetProperty("cases").EnumerateArray());
        Assert.Equal("pass", item.GetProperty("outcome").GetString());
        Assert.True(item.GetProperty("max_absolute").GetDouble() <= item.GetProperty("tolerance").GetDouble());
    }

    [Fact]
    public void An_unsupported_case_counts_as_not_passed_unless_that_is_allowed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder / "case.json", """{ "name": "strange", "cls": "NobodyKnowsThis", "source": "nowhere", "checks": "nothing", "tensors": {} }""");
        var strict = Cli.Run("verify", folder.Path);
        Assert.Equal(1, strict.Code);
        Assert.Contains("unsupported", strict.Out);
        Assert.Equal(0, Cli.Run("verify", folder.Path, "--allow-unsupported").Code);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_a_usage_error()
    {
        var outcome = Cli.Run("verify", "/no/such/folder");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("/no/such/folder does not exist", outcome.Error);
    }

    [Fact]
    public void A_folder_without_cases_is_not_a_success()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(2, Cli.Run("verify", folder.Path).Code);
    }

    private static string FindGolden()
    {
        var folder = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(folder, "tests", "golden")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("tests/golden is not above the tests' folder");
        }

        return Path.Combine(folder, "tests", "golden");
    }
}
