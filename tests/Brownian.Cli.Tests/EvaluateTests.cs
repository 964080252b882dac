using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Data;
using static TorchSharp.torch;

namespace Brownian.Cli.Tests;

public sealed class EvaluateTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Pictures_of_the_same_name_are_compared_whatever_their_endings()
    {
        Save("a", "one.png", 100);
        Save("b", "one.bmp.png", 7);
        Save("b", "one.png", 110);
        Save("a", "two.png", 50);
        Save("b", "two.png", 40);
        var outcome = Cli.Run("evaluate", folder / "a", folder / "b", "--json");
        Assert.Equal(0, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Out);

        // Everything is off by 10 of 255.
        Assert.Equal(20 * Math.Log10(25.5), json.RootElement[0].GetProperty("value").GetDouble(), 6);
        Assert.Equal("ssim", json.RootElement[1].GetProperty("metric").GetString());
    }

    [Fact]
    public void Features_come_from_files()
    {
        using (var scope = NewDisposeScope())
        {
            var x = arange(60, dtype: ScalarType.Float32).reshape(30, 2);
            SafetensorsWriter.Write(folder / "a.safetensors", [("features", x)]);
            SafetensorsWriter.Write(folder / "b.safetensors", [("features", x + 3)]);
        }

        var outcome = Cli.Run("evaluate", folder / "a.safetensors", folder / "b.safetensors", "--json");
        Assert.Equal(0, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Out);
        var values = json.RootElement.EnumerateArray().ToDictionary(score => score.GetProperty("metric").GetString()!, score => score.GetProperty("value").GetDouble());

        // The same spread, means that are 3 apart in both features.
        Assert.Equal(18, values["fid"], 6);
        Assert.Equal(["fid", "kid", "precision", "recall"], values.Keys);
    }

    [Fact]
    public void Moments_that_another_program_computed_are_enough_for_the_Frechet_distance()
    {
        using (var scope = NewDisposeScope())
        {
            SafetensorsWriter.Write(folder / "a.safetensors", [("mu", tensor(new[] { 1.0, 2 })), ("sigma", eye(2, dtype: ScalarType.Float64))]);
            SafetensorsWriter.Write(folder / "b.safetensors", [("mu", tensor(new[] { 1.0, 5 })), ("sigma", 4 * eye(2, dtype: ScalarType.Float64))]);
        }

        var outcome = Cli.Run("evaluate", folder / "a.safetensors", folder / "b.safetensors", "--metrics", "fid", "--json");
        Assert.Equal(0, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Out);

        // 3² for the means, (2 − 1)² for each axis.
        Assert.Equal(11, json.RootElement[0].GetProperty("value").GetDouble(), 9);
        Refused("enough for fid only", "evaluate", folder / "a.safetensors", folder / "b.safetensors", "--metrics", "kid");
    }

    [Fact]
    public void Pixels_are_features_when_asked_for()
    {
        var outcome = Cli.Run("evaluate", "builtin:strokes", "builtin:strokes", "--metrics", "fid,pr", "--pixels", "-n", "20", "--json");
        Assert.Equal(0, outcome.Code);
        using var json = JsonDocument.Parse(outcome.Out);
        Assert.Equal(0, json.RootElement[0].GetProperty("value").GetDouble(), 6);
        Assert.Equal(1, json.RootElement[1].GetProperty("value").GetDouble(), 6);
        Assert.Contains("20 images against 20 images, 784 pixels", json.RootElement[0].GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        Save("a", "one.png", 1);
        Save("b", "other.png", 1);
        Refused("there is none for one", "evaluate", folder / "a", folder / "b");
        Refused("or --pixels", "evaluate", folder / "a", folder / "b", "--metrics", "fid");
        Refused("expected psnr, ssim, fid, kid, pr, is; got 'lpips'", "evaluate", folder / "a", folder / "b", "--metrics", "lpips");
        Refused("pixels have none", "evaluate", folder / "a", folder / "b", "--metrics", "is", "--pixels");
        Refused("is no folder", "evaluate", folder / "nothing", folder / "b");
    }

    private static void Refused(string message, params string[] command)
    {
        var outcome = Cli.Run(command);
        Assert.Equal(2, outcome.Code);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }

    private void Save(string sub, string name, byte value)
    {
        Directory.CreateDirectory(folder / sub);
        var picture = new Picture(3, 12, 12);
        Array.Fill(picture.Pixels, value);
        ImageCodec.SavePng(picture, Path.Combine(folder / sub, name));
    }
}
