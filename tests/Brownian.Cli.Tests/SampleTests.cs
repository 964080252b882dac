using System.Text.Json;
using Brownian.Data;

namespace Brownian.Cli.Tests;

public sealed class SampleTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public SampleTests() => model = SmallModel.Save(folder / "model");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_picture_is_reproduced_bit_for_bit_from_its_own_settings()
    {
        var made = Cli.Run("sample", model, "-n", "6", "--batch", "4", "--steps", "4", "--class", "dog", "--guidance", "2", "--seed", "40", "--out", folder / "out");
        Assert.Equal(0, made.Code);
        Assert.Equal((folder / "out") + Environment.NewLine, made.Out);
        foreach (var name in (string[])["000001.png", "000005.png", "grid.png"])
        {
            var again = Cli.Run("reproduce", Path.Combine(folder / "out", name));
            Assert.StartsWith("identical: all ", again.Out);
            Assert.Equal(0, again.Code);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_picture_in_any_batch()
    {
        Sample("a", "-n", "5", "--batch", "5", "--seed", "3");
        Sample("b", "-n", "2", "--batch", "1", "--seed", "6");
        Assert.Equal(ImageCodec.Load(folder / "a/000003.png").Pixels, ImageCodec.Load(folder / "b/000000.png").Pixels);
    }

    [Fact]
    public void Settings_are_in_the_picture_for_us_and_for_others()
    {
        Sample("a", "-n", "1", "--class", "owl", "--seed", "9", "--sampler", "heun");
        var text = PngText.Read(folder / "a/000000.png");
        Assert.Matches(@"^owl\nSteps: 3, Sampler: heun, Schedule type: trailing, CFG scale: \d.*, Seed: 9, Size: 8x8, Model hash: [0-9a-f]{10}, Model: model, ", text["parameters"]);
        using var json = JsonDocument.Parse(text["brownian"]);
        Assert.Equal(9, json.RootElement.GetProperty("seed").GetInt32());
        Assert.Equal("owl", json.RootElement.GetProperty("class").GetString());
        Assert.Equal(64, json.RootElement.GetProperty("model_sha256").GetString()!.Length);
    }

    [Fact]
    public void A_samplers_number_changes_the_picture_and_stays_with_it()
    {
        Sample("a", "-n", "1", "--sampler", "ddim");
        Sample("b", "-n", "1", "--sampler", "ddim", "--option", "eta=1");
        Assert.NotEqual(ImageCodec.Load(folder / "a/000000.png").Pixels, ImageCodec.Load(folder / "b/000000.png").Pixels);
        Assert.Contains("Sampler: ddim (eta=1),", PngText.Read(folder / "b/000000.png")["parameters"], StringComparison.Ordinal);
        Assert.StartsWith("identical: all ", Cli.Run("reproduce", folder / "b/000000.png").Out);
    }

    [Fact]
    public void All_classes_make_a_row_each()
    {
        Sample("a", "-n", "12", "--class", "all");
        var grid = ImageCodec.Load(folder / "a/grid.png");
        Assert.Equal((3 * 10 + 2, 4 * 10 + 2), (grid.Height, grid.Width));
        using var json = JsonDocument.Parse(PngText.Read(folder / "a/grid.png")["brownian"]);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2], json.RootElement.GetProperty("labels").EnumerateArray().Select(l => l.GetInt32()));
    }

    [Fact]
    public void A_trajectory_is_a_strip_and_an_animation()
    {
        Sample("a", "-n", "2", "--trajectory");
        Assert.True(File.Exists(folder / "a/trajectory.png"));
        Assert.Equal("RIFF"u8, File.ReadAllBytes(folder / "a/trajectory.webp").AsSpan(0, 4));
    }

    [Fact]
    public void A_picture_whose_model_changed_is_reported_as_different()
    {
        Sample("a", "-n", "1");
        SmallModel.Save(model, seed: 2);
        var again = Cli.Run("reproduce", folder / "a/000000.png");
        Assert.Equal(1, again.Code);
        Assert.StartsWith("different: ", again.Out);
        Assert.Contains("are not those that the picture was made with", again.Error);
    }

    [Fact]
    public void A_model_that_moved_is_found_near_the_picture()
    {
        Sample("model/samples", "-n", "1");
        Directory.Move(model, folder / "elsewhere");
        Assert.Equal(0, Cli.Run("reproduce", folder / "elsewhere/samples/000000.png").Code);
    }

    [Fact]
    public void Info_explains_a_picture_and_a_model()
    {
        Sample("a", "-n", "1", "--class", "cat", "--seed", "5");
        var picture = Cli.Run("info", folder / "a/000000.png");
        Assert.Contains("seed     5", picture.Out);
        Assert.Contains("class    cat", picture.Out);
        var described = Cli.Run("info", model);
        Assert.Equal(0, described.Code);
        Assert.Contains("3: cat, dog, owl; trained for guidance", described.Out);
        using var json = JsonDocument.Parse(Cli.Run("info", model, "--json").Out);
        Assert.Equal(3, json.RootElement.GetProperty("class_count").GetInt32());
    }

    [Fact]
    public void A_folder_with_something_in_it_is_not_overwritten()
    {
        Sample("a", "-n", "1");
        var again = Cli.Run("sample", model, "-n", "1", "--steps", "3", "--out", folder / "a");
        Assert.Equal(2, again.Code);
        Assert.Contains("--force", again.Error);
        Assert.Equal(0, Cli.Run("sample", model, "-n", "1", "--steps", "3", "--out", folder / "a", "--force").Code);
    }

    [Theory]
    [InlineData("sampler: there is no 'dpm++2n'. Did you mean 'dpm++2m'?", "--sampler", "dpm++2n")]
    [InlineData("options: ddim has no setting 'snr'. It has: eta.", "--sampler", "ddim", "--option", "snr=1")]
    [InlineData("options: expected name=number, such as eta=0.5; got 'eta'.", "--sampler", "ddim", "--option", "eta")]
    [InlineData("class: expected a number from 0 to 2 or a class name; got 'dgo'.", "--class", "dgo")]
    [InlineData("--grid: expected rows x columns, such as 8x8; got eight.", "--grid", "eight")]
    [InlineData("--device: expected auto, cpu, cuda or cuda:N; got gpu.", "--device", "gpu")]
    [InlineData("--steps: expected a number above 0; got 0.", "--steps", "0")]
    [InlineData("--guidance: expected a number; got abc.", "--guidance", "abc")]
    [InlineData("--steps: expected a whole number; got 2.5.", "--steps", "2.5")]
    [InlineData("--batch: expected a whole number; got many.", "--batch", "many")]
    [InlineData("--seed: expected a whole number of at least 0; got -1.", "--seed", "-1")]
    [InlineData("--precision: expected float32 or bfloat16; got float16.", "--precision", "float16")]
    [InlineData("spacing: there is no 'foo'. There are: trailing,", "--spacing", "foo")]
    [InlineData("--grid: 2x2 has room for 4 pictures; got -n 9.", "-n", "9", "--grid", "2x2")]
    public void A_wrong_option_is_one_line_and_exit_code_2(string message, params string[] options)
    {
        var outcome = Cli.Run(["sample", model, "--out", folder / "x", .. options]);
        Assert.Equal(2, outcome.Code);
        Assert.Empty(outcome.Out);
        Assert.StartsWith("brownian: " + message, outcome.Error);
        Assert.DoesNotContain("   at ", outcome.Error);
    }

    [Fact]
    public void Fewer_pictures_than_a_grid_has_cells_keep_its_columns()
    {
        Sample("a", "-n", "2", "--grid", "3x4");
        var grid = ImageCodec.Load(folder / "a/grid.png");
        Assert.Equal((10 + 2, 4 * 10 + 2), (grid.Height, grid.Width));
    }

    [Theory]
    [InlineData("sample")]
    [InlineData("inpaint")]
    public void Guidance_that_has_no_class_to_follow_is_told_in_one_line(string command)
    {
        ImageCodec.SavePng(new Picture(1, 8, 8), folder / "image.png");
        string[] words = command == "sample" ? [command, model, "--force"] : [command, model, folder / "image.png"];
        Cli.Outcome Run(params string[] options) => Cli.Run([.. words, "-n", "1", "--steps", "1", "--guidance", "2", "--out", folder / "x", .. options]);
        var free = Run();
        Assert.Equal(0, free.Code);
        Assert.Single(free.Error.Split('\n'), line => line.StartsWith("brownian: --guidance: without --class there is nothing to follow", StringComparison.Ordinal));
        Assert.DoesNotContain("--guidance", Run("--class", "owl").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void One_picture_of_one_step_is_told_in_the_singular()
    {
        var outcome = Cli.Run("sample", model, "-n", "1", "--steps", "1", "--sampler", "ddim", "--option", "eta=1", "--out", folder / "a");
        Assert.StartsWith("1 picture by ddim (eta=1), trailing, 1 step, in ", outcome.Error);
    }

    [Fact]
    public void A_damaged_picture_is_named()
    {
        Sample("a", "-n", "1");
        File.WriteAllBytes(folder / "a/cut.png", File.ReadAllBytes(folder / "a/000000.png")[..^9]);
        var outcome = Cli.Run("reproduce", folder / "a/cut.png");
        Assert.Equal(1, outcome.Code);
        Assert.StartsWith($"brownian: {folder / "a/cut.png"}: Truncated PNG", outcome.Error);
    }

    [Theory]
    [InlineData("unet", "the file is missing")]
    [InlineData("unet/config.json", "the file is missing")]
    public void Info_tells_what_a_model_lacks_and_fails(string part, string problem)
    {
        var path = Path.Combine(model, part);
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }

        var outcome = Cli.Run("info", model);
        Assert.Equal(1, outcome.Code);
        Assert.Matches($"problem .*{part}.*{problem}", outcome.Out);
        Assert.DoesNotContain("use it", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_model_fails_with_one_message()
    {
        File.WriteAllText(Path.Combine(model, "unet", "diffusion_pytorch_model.safetensors"), "nonsense");
        var outcome = Cli.Run("sample", model, "-n", "1", "--out", folder / "x");
        Assert.Equal(1, outcome.Code);
        Assert.Contains("diffusion_pytorch_model.safetensors", outcome.Error);
        Assert.DoesNotContain("   at ", outcome.Error);
    }

    private void Sample(string name, params string[] options)
    {
        var outcome = Cli.Run(["sample", model, "--steps", "3", "--out", folder / name, .. options]);
        Assert.True(outcome.Code == 0, outcome.Error);
    }
}
