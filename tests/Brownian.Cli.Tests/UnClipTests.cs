using Brownian.Testing;

namespace Brownian.Cli.Tests;

public sealed class UnClipTests : IDisposable
{
    private static readonly string Model = GoldenData.At("pipe_unclip", "pipeline");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void UnClip_draws_what_a_prompt_says_and_draws_it_again()
    {
        var made = Cli.Run("sample", Model, "--prompt", "horse", "--steps", "2", "-n", "2", "--seed", "7", "--out", folder / "a");
        Assert.True(made.Code == 0, made.Error);
        Assert.Equal(["000000.png", "000001.png", "grid.png"], Directory.GetFiles(folder / "a").Select(Path.GetFileName).Order());
        foreach (var name in new[] { "000001.png", "grid.png" })
        {
            var again = Cli.Run("reproduce", folder / $"a/{name}");
            Assert.True(again.Code == 0, again.Out + again.Error);
        }

        Assert.Contains("horse", Cli.Run("info", folder / "a/000001.png").Out);
    }

    [Theory]
    [InlineData("Give --prompt or --image")]
    [InlineData("no image encoder", "--image", "PICTURE")]
    [InlineData("unCLIP has none of these", "--prompt", "x", "--negative", "y")]
    [InlineData("--class, --trajectory and --raw", "--prompt", "x", "--class", "3")]
    public void What_it_cannot_do_is_said(string expected, params string[] options)
    {
        var picture = GoldenData.At("pipe_repaint", "repaint_image.png");
        var outcome = Cli.Run(["sample", Model, "--out", folder / "a", .. options.Select(option => option == "PICTURE" ? picture : option)]);
        Assert.Equal(2, outcome.Code);
        Assert.Contains(expected, outcome.Error);
    }
}
