using System.Text.Json.Nodes;

namespace Brownian.Cli.Tests;

/// <summary>Commands that look at, fetch and convert other programs' weights.</summary>
public sealed class WeightsTests
{
    private static readonly string Formats = Path.Combine(Testing.GoldenData.Root, "formats");

    [Fact]
    public void Info_tells_what_a_PyTorch_file_is_before_it_is_loaded()
    {
        var outcome = Cli.Run("info", Path.Combine(Formats, "score-sde.pth"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Matches("what +PyTorch", outcome.Out);
        Assert.Contains("5 tensors (15 F32)", outcome.Out, StringComparison.Ordinal);
        Assert.Matches("parts .*model.*; described: ema.shadow_params", outcome.Out);
        var json = JsonNode.Parse(Cli.Run("info", Path.Combine(Formats, "arrays.npz"), "--json").Out)!;
        Assert.Equal(("NumPy", 7), ((string?)json["kind"], (int?)json["weights"]![0]!["tensors"]));
    }

    [Fact]
    public void Info_names_the_family()
    {
        var outcome = Cli.Run("info", Path.Combine(Testing.GoldenData.Root, "iddpm_unet", "model.safetensors"));
        Assert.Matches(@"family +UNetModel \(guided-diffusion, improved-diffusion\)", outcome.Out);
    }

    [Fact]
    public void Info_refuses_a_program_in_a_checkpoint_by_its_name()
    {
        var outcome = Cli.Run("info", Path.Combine(Formats, "module.pt"));
        Assert.Equal((1, ""), (outcome.Code, outcome.Out));
        Assert.Contains("'torch.nn.modules.container.Sequential'", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Pull_refuses_what_is_no_name_and_says_what_is_not_cached()
    {
        Assert.Equal(2, Cli.Run("pull", "a/b/c").Code);
        var outcome = Cli.Run("pull", "org/no-such-model-of-tests", "--offline");
        Assert.Equal(1, outcome.Code);
        Assert.Contains("org/no-such-model-of-tests (revision main) is not in", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_makes_a_run_of_another_programs_model_that_can_be_sampled()
    {
        using var folder = new TemporaryFolder();
        var model = Path.Combine(Testing.GoldenData.Root, "iddpm_unet");
        var outcome = Cli.Run(
            "convert", Path.Combine(model, "model.safetensors"), folder / "run", "--config", Path.Combine(model, "config.json"), "--dtype", "fp16", "-q");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("as a run folder of", outcome.Out, StringComparison.Ordinal);
        Assert.Equal(0, Cli.Run("info", folder / "run").Code);
        Assert.Equal(2, Cli.Run("convert", Path.Combine(model, "model.safetensors"), folder / "run").Code);
        Assert.Contains("--config FILE.json", Cli.Run("convert", Path.Combine(model, "model.safetensors"), folder / "other").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_makes_a_pipeline_of_a_DiT_and_its_autoencoder_that_can_be_sampled()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder / "heads.json", """{"num_heads": 4}""");
        var weights = Path.Combine(Testing.GoldenData.Root, "dit", "model.safetensors");
        var outcome = Cli.Run(
            "convert", weights, folder / "dit", "--vae", Path.Combine(Testing.GoldenData.Root, "vae_kl_sd", "vae"), "--config", folder / "heads.json", "-q");
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Contains("as a diffusers DiTPipeline", outcome.Out, StringComparison.Ordinal);
        var info = Cli.Run("info", folder / "dit");
        Assert.Equal(0, info.Code);
        Assert.Matches("images +3×32×32", info.Out);
        Assert.Matches("use it .*sample .* -n 4", info.Out);
        Assert.Equal(0, Cli.Run("sample", folder / "dit", "-n", "1", "--steps", "2", "--class", "3", "--out", folder / "pictures", "-q").Code);
        Assert.Contains("--config", Cli.Run("convert", weights, folder / "other").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Info_says_how_a_pipeline_is_drawn_with()
    {
        var outcome = Cli.Run("info", Path.Combine(Testing.GoldenData.Root, "pipe_sd_upscale", "pipeline"));
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Matches("path +discrete, 1000 steps, scaled linear betas", outcome.Out);
        Assert.Matches("use it .*--prompt \"…\" --image picture.png", outcome.Out);
        Assert.Matches("tokens +CLIP byte pairs: 664 tokens", Cli.Run("info", Path.Combine(Testing.GoldenData.Root, "pipe_sd", "pipeline", "tokenizer")).Out);
    }
}
