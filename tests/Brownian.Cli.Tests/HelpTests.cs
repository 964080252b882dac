namespace Brownian.Cli.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData("")]
    [InlineData("doctor")]
    [InlineData("verify")]
    [InlineData("completion")]
    [InlineData("train")]
    [InlineData("quickstart")]
    [InlineData("presets")]
    [InlineData("distill")]
    [InlineData("presets show")]
    [InlineData("sample")]
    [InlineData("reproduce")]
    [InlineData("likelihood")]
    [InlineData("compare")]
    [InlineData("evaluate")]
    [InlineData("encode")]
    [InlineData("decode")]
    [InlineData("info")]
    [InlineData("pull")]
    [InlineData("convert")]
    [InlineData("bench")]
    [InlineData("data")]
    [InlineData("toy")]
    [InlineData("inpaint")]
    [InlineData("bound")]
    public void Help_reads_as_it_did(string command)
    {
        var help = Cli.Run([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal(0, help.Code);
        Assert.Empty(help.Error);
        Snapshot.Matches($"help{(command.Length > 0 ? "-" + command.Replace(' ', '-') : "")}.txt", help.Out);
    }

    [Fact]
    public void No_argument_at_all_shows_help() => Assert.Equal(Cli.Run("--help"), Cli.Run());

    [Fact]
    public void A_typing_error_is_answered_with_what_was_meant()
    {
        var outcome = Cli.Run("doctr");
        Assert.Equal(2, outcome.Code);
        Assert.Empty(outcome.Out);
        Snapshot.Matches("typo-command.txt", Named(outcome.Error));
    }

    [Fact]
    public void An_unknown_option_names_the_page_to_read()
    {
        var outcome = Cli.Run("doctor", "--jsn");
        Assert.Equal(2, outcome.Code);
        Assert.Empty(outcome.Out);
        Snapshot.Matches("typo-option.txt", Named(outcome.Error));
    }

    [Fact]
    public void An_argument_that_is_none_of_its_words_is_told_with_them() =>
        Assert.StartsWith("brownian: SHELL: expected bash or zsh; got fish." + Environment.NewLine, Cli.Run("completion", "fish").Error);

    [Fact]
    public void Completion_suggests_commands_and_options()
    {
        Assert.Contains("doctor", Cli.Run("[suggest:3]", "doc").Out.Split('\n'));
        Assert.Contains("--json", Cli.Run("[suggest:9]", "doctor --").Out.Split('\n'));
    }

    // How the program is called here depends on the checkout.
    private static string Named(string text) => text.Replace(ProgramName.Call, "brownian", StringComparison.Ordinal);
}
