using System.Text.Json;
using Brownian.Testing;

namespace Brownian.Cli.Tests;

public sealed class DrawingTests : IDisposable
{
    private static readonly string Model = GoldenData.At("pipe_sd", "pipeline");
    private static readonly string Photo = GoldenData.At("pipe_sd", "inpaint4_image.png");
    private static readonly string Mask = GoldenData.At("pipe_sd", "inpaint4_mask.png");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_prompt_becomes_pictures_that_can_be_made_again()
    {
        Sample("a", "--prompt", "a photo of a horse", "--negative", "blurry", "--seed", "7", "-n", "2", "--size", "24x16");
        Assert.Equal(["000000.png", "000001.png", "grid.png"], Directory.GetFiles(folder / "a").Select(Path.GetFileName).Order());
        foreach (var name in new[] { "000000.png", "000001.png", "grid.png" })
        {
            var again = Cli.Run("reproduce", folder / $"a/{name}");
            Assert.True(again.Code == 0, again.Out + again.Error);
        }

        var described = Cli.Run("info", folder / "a/000001.png");
        Assert.Contains("a photo of a horse", described.Out);
        Assert.Contains("8", described.Out);
    }

    [Fact]
    public void A_filled_picture_is_made_again_from_files_that_moved_beside_it()
    {
        File.Copy(Photo, folder / "photo.png");
        File.Copy(Mask, folder / "mask.png");
        Sample("a", "--prompt", "a dog", "--image", folder / "photo.png", "--mask", folder / "mask.png", "--strength", "0.7");
        Assert.Equal(0, Cli.Run("reproduce", folder / "a/000000.png").Code);
        File.Delete(folder / "photo.png");
        var lost = Cli.Run("reproduce", folder / "a/000000.png");
        Assert.Equal(2, lost.Code);
        Assert.Contains("Put that file beside the picture.", lost.Error);
        File.Copy(Photo, folder / "a/photo.png");
        Assert.Equal(0, Cli.Run("reproduce", folder / "a/000000.png").Code);
    }

    [Fact]
    public void Another_sampler_and_its_spacing_may_be_chosen()
    {
        var outcome = Cli.Run("sample", Model, "--prompt", "x", "--sampler", "ddim", "--option", "eta=0.5", "--spacing", "trailing", "--steps", "2", "--size", "16x16", "--out", folder / "a", "--json");
        Assert.True(outcome.Code == 0, outcome.Error);
        using var json = JsonDocument.Parse(outcome.Out);
        Assert.Equal("ddim", json.RootElement.GetProperty("settings").GetProperty("sampler").GetString());
        Assert.Equal(0, Cli.Run("reproduce", folder / "a/000000.png").Code);
    }

    [Theory]
    [InlineData("StableDiffusionPipeline: got no prompt")]
    [InlineData("--image: there is no file nowhere.png.", "--prompt", "x", "--image", "nowhere.png")]
    [InlineData("size: expected sides that divide by 2", "--prompt", "x", "--size", "15x16")]
    [InlineData("--size: expected width x height, such as 512x768; got large.", "--prompt", "x", "--size", "large")]
    [InlineData("--class, --trajectory and --raw: the pipeline has no classes", "--prompt", "x", "--class", "1")]
    public void A_wrong_wish_is_one_line_and_no_folder(string message, params string[] options)
    {
        var outcome = Cli.Run(["sample", Model, "--steps", "2", "--out", folder / "x", .. options]);
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith("brownian: " + message, outcome.Error);
        Assert.False(Directory.Exists(folder / "x"));
    }

    [Fact]
    public void Info_tells_the_parts_of_a_pipeline()
    {
        var told = Cli.Run("info", Model);
        Assert.True(told.Code == 0, told.Out + told.Error);
        Assert.Contains("StableDiffusionPipeline", told.Out);
        Assert.Contains("text_encoder/model.safetensors", told.Out);
    }

    [Fact]
    public void A_prompt_for_a_model_without_text_is_refused()
    {
        var model = SmallModel.Save(folder / "model");
        var outcome = Cli.Run("sample", model, "--prompt", "a horse", "--out", folder / "x");
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith("brownian: --prompt: the model draws without texts and images.", outcome.Error);
    }

    [Fact]
    public void A_folder_that_is_no_model_is_told_so_and_not_that_it_reads_no_texts()
    {
        var outcome = Cli.Run("sample", folder.Path, "--prompt", "a horse", "--out", folder / "x");
        Assert.Equal(1, outcome.Code);
        Assert.Contains("the folder has no model_index.json", outcome.Error);
    }

    [Fact]
    public void The_folders_own_scheduler_is_named_by_its_class()
    {
        var own = Cli.Run("sample", Model, "--prompt", "x", "--steps", "2", "--size", "16x16", "--out", folder / "a");
        Assert.Matches(@"1 picture by \w+Scheduler, 2 steps, guidance 7.5, in ", own.Error);
        var other = Cli.Run("sample", Model, "--prompt", "x", "--sampler", "ddim", "--steps", "1", "--size", "16x16", "--out", folder / "b");
        Assert.Matches(@"1 picture by ddim, levels of \w+Scheduler, 1 step, guidance 7.5, in ", other.Error);
        Assert.Contains("sampler  the folder's scheduler, 2 steps", Cli.Run("info", folder / "a/000000.png").Out);
    }

    private void Sample(string name, params string[] options)
    {
        var outcome = Cli.Run(["sample", Model, "--steps", "2", "--out", folder / name, .. options]);
        Assert.True(outcome.Code == 0, outcome.Error);
    }
}
