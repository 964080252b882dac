using System.Text.Json.Nodes;
using Brownian.Testing;
using Brownian.Tests.Verification;
using Brownian.Verification;

namespace Brownian.Tests.Checkpoints;

public sealed class GoldenPipelineTests : LeakCheck
{
    [Theory]
    [InlineData("pipe_ddpm_ddim")]
    [InlineData("pipe_score_sde_ve")]
    [InlineData("pipe_karras_ve")]
    [InlineData("pipe_repaint")]
    public void A_folder_of_diffusers_makes_the_pictures_that_diffusers_makes(string name)
    {
        var result = GoldenCase.Passes(name);
        Assert.True(result.MaxAbsolute <= result.Tolerance, result.ToString());
    }

    [Theory]
    [InlineData("seed", "70", "the noise differs")]
    [InlineData("eta", "0.4", "ddim6_eta05.steps[0]: differs by")]
    [InlineData("use_clipped_model_output", "false", "ddim6_eta05.steps")]
    [InlineData("steps", "5", "5 steps, the reference made 6")]
    public void A_wrong_setting_fails_the_case(string setting, string wrong, string expected)
    {
        using var folder = new TemporaryFolder();
        Copy(GoldenData.At("pipe_ddpm_ddim"), folder["case"]);
        var description = JsonNode.Parse(File.ReadAllText(folder["case/case.json"]))!;
        var run = description["runs"]!["ddim6_eta05"]!.DeepClone();
        Assert.NotNull(run[setting]);
        run[setting] = JsonNode.Parse(wrong);
        description["runs"] = new JsonObject { ["ddim6_eta05"] = run };
        File.WriteAllText(folder["case/case.json"], description.ToJsonString());
        var result = Assert.Single(GoldenFolder.Run(folder["case"]));
        Assert.Equal(CaseOutcome.Fail, result.Outcome);
        Assert.Contains(expected, result.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pipe_score_sde_ve", "snr", "0.17")]
    [InlineData("pipe_karras_ve", "s_noise", "1.02")]
    [InlineData("pipe_repaint", "beta_end", "0.19")]
    public void A_wrong_setting_of_the_scheduler_fails_the_case(string name, string setting, string wrong)
    {
        using var folder = new TemporaryFolder();
        Copy(GoldenData.At(name), folder["case"]);
        var path = folder["case/pipeline/scheduler/scheduler_config.json"];
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        Assert.NotNull(config[setting]);
        config[setting] = JsonNode.Parse(wrong);
        File.WriteAllText(path, config.ToJsonString());
        var result = Assert.Single(GoldenFolder.Run(folder["case"]));
        Assert.Equal(CaseOutcome.Fail, result.Outcome);
        Assert.Contains("steps[", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scheduler_that_is_not_known_fails_the_case_by_name()
    {
        using var folder = new TemporaryFolder();
        Copy(GoldenData.At("pipe_ddpm_ddim"), folder["case"]);
        var path = folder["case/pipeline/scheduler/scheduler_config.json"];
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config["beta_schedule"] = "wave";
        File.WriteAllText(path, config.ToJsonString());
        var result = Assert.Single(GoldenFolder.Run(folder["case"]));
        Assert.Equal(CaseOutcome.Fail, result.Outcome);
        Assert.Contains("beta_schedule 'wave' is not known", result.Detail, StringComparison.Ordinal);
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
