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
}
