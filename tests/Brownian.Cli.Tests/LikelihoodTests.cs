using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Data;

namespace Brownian.Cli.Tests;

public sealed class LikelihoodTests : IDisposable
{
    private static readonly string[] Loose = ["--rtol", "1e-2", "--atol", "1e-2"];
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public LikelihoodTests() => model = SmallModel.Save(folder / "model");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_likelihood_of_a_data_set_is_told_image_by_image_with_its_mean()
    {
        var outcome = Cli.Run(["likelihood", model, "builtin:strokes", "-n", "3", "--probes", "2", .. Loose]);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Matches(@"builtin:strokes 2 +-?\d+\.\d{4} ± \d+\.\d{4} bits/dim +-?\d+\.\d ± \d+\.\d nats +\d+ calls", outcome.Out);
        Assert.Contains("mean of 3", outcome.Out);
        Assert.Contains("by the probability-flow ODE through the steps of the discrete path: Dormand-Prince 5(4), rtol 0.01, atol 0.01, 2 Rademacher probes", outcome.Out);
    }

    [Fact]
    public void A_discrete_chain_has_a_variational_bound()
    {
        var outcome = Cli.Run("likelihood", model, Picture(), "--bound", "--repeats", "2");
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Matches(@"bits/dim +-\d+\.\d ± \d+\.\d nats +2000 calls", outcome.Out);
        Assert.Contains("by the variational bound of the chain's steps, repeats 2", outcome.Out);
    }

    [Fact]
    public void The_same_seed_gives_the_same_likelihood_as_json()
    {
        var picture = Picture();
        string[] command = ["likelihood", model, picture, "--class", "owl", "--repeats", "2", "--bins", "score-sde", "--probe", "gaussian", "--json", .. Loose];
        using var first = JsonDocument.Parse(Cli.Run(command).Out);
        using var again = JsonDocument.Parse(Cli.Run(command).Out);
        double Bits(JsonDocument json) => json.RootElement.GetProperty("images")[0].GetProperty("bits_per_dimension").GetProperty("mean").GetDouble();
        Assert.Equal(Bits(first), Bits(again));
        Assert.Equal(2, first.RootElement.GetProperty("images")[0].GetProperty("draws").GetArrayLength());
    }

    [Fact]
    public void An_image_is_encoded_and_comes_back()
    {
        var outcome = Cli.Run("encode", model, Picture(), "--log", "--out", folder / "encoded", "--rtol", "1e-3", "--atol", "1e-3");
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Contains("to the latent: step, from, to, error/tolerance, accepted, calls", outcome.Out);
        Assert.Matches(@"round trip off by \d\S+ \(rms\)", outcome.Out);
        using var latents = SafetensorsFile.Open(folder / "encoded/latents.safetensors");
        Assert.Equal([1, 1, 8, 8], latents.Info("latents").Shape);
        Assert.True(File.Exists(folder / "encoded/roundtrip.png"));
    }

    [Fact]
    public void An_image_is_compared_with_its_variants_and_a_file()
    {
        var outcome = Cli.Run([
            "compare", Picture(), "--run", model, "--variants", "noise,shift", Picture("other.png"), "--draws", "2", "--probes", "1", "--repeats", "2", "--out", folder / "c", .. Loose]);
        Assert.True(outcome.Code == 0, outcome.Error);
        foreach (var name in (string[])["noise", "shift", "other.png"])
        {
            Assert.Contains($"picture.png against {name} (changed by", outcome.Out);
        }

        Assert.Matches(@"-?\d+\.\d ± \d+\.\d nats by the likelihood", outcome.Out);
        var map = ImageCodec.Load(folder / "c/compare.png");
        Assert.Equal((3, 3 * (8 * 4 + 2) + 2, 4 * (8 * 4 + 2) + 2), (map.Channels, map.Height, map.Width));
    }

    [Theory]
    [InlineData("likelihood")]
    [InlineData("encode")]
    [InlineData("compare")]
    public void Pictures_of_another_size_are_resized_and_that_is_said_in_one_line(string command)
    {
        Directory.CreateDirectory(folder / "set");
        ImageCodec.SavePng(new Picture(1, 16, 12), folder / "set/a.png");
        ImageCodec.SavePng(new Picture(1, 8, 8), folder / "set/b.png");
        string[] words = command == "compare"
            ? [command, Picture(), "--run", model, "--variants", folder / "set/a.png", folder / "set/b.png", "--score-only", "--draws", "1"]
            : [command, model, Picture(), folder / "set"];
        var outcome = Cli.Run([.. words, .. command == "likelihood" ? (string[])[] : ["--out", folder / "x"], .. Loose]);
        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Single(outcome.Error.Split('\n'), line => line == "brownian: 1 of 3 images was resized to 8×8, the model's size");
    }

    [Fact]
    public void Pictures_of_the_models_size_are_measured_without_a_word() =>
        Assert.Empty(Cli.Run(["likelihood", model, Picture(), .. Loose]).Error);

    [Fact]
    public void A_word_that_an_option_does_not_take_is_told_with_its_name()
    {
        var outcome = Cli.Run("likelihood", model, Picture(), "--probe", "foo");
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith("brownian: --probe: expected rademacher or gaussian; got foo." + Environment.NewLine, outcome.Error);
    }

    [Theory]
    [InlineData("variant: there is no 'blur'", "compare", "--variants", "blur")]
    [InlineData("--level, --draws:", "compare", "--level", "0")]
    [InlineData("--rtol, --atol:", "compare", "--rtol", "0")]
    public void A_wrong_option_of_compare_is_one_line_and_exit_code_2(string message, string command, params string[] options)
    {
        var outcome = Cli.Run([command, Picture(), "--run", model, "--out", folder / "x", .. options]);
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith("brownian: " + message, outcome.Error);
    }

    [Fact]
    public void A_model_that_is_not_there_is_one_line_and_exit_code_2()
    {
        var outcome = Cli.Run("likelihood", folder / "nothing", "builtin:strokes");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("Give a run folder or a diffusers folder.", outcome.Error);
    }

    private string Picture(string name = "picture.png")
    {
        var picture = new Picture(1, 8, 8);
        for (var i = 0; i < picture.Pixels.Length; i++)
        {
            picture.Pixels[i] = (byte)((i * 37 + name.Length) % 256);
        }

        ImageCodec.SavePng(picture, folder / name);
        return folder / name;
    }
}
