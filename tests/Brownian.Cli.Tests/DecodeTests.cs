using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Data;
using static TorchSharp.torch;

namespace Brownian.Cli.Tests;

public sealed class DecodeTests : IDisposable
{
    private static readonly string[] Tolerances = ["--rtol", "1e-2", "--atol", "1e-2"];
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public DecodeTests() => model = SmallModel.Save(folder / "model");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_was_encoded_is_decoded_as_in_encodes_own_round_trip()
    {
        ImageCodec.SavePng(new Picture(1, 8, 8, [.. Enumerable.Range(0, 64).Select(i => (byte)(96 + i))]), folder / "image.png");
        Assert.Equal(0, Cli.Run(["encode", model, folder / "image.png", "--out", folder / "encoded", .. Tolerances]).Code);
        var told = Cli.Run(["decode", model, folder / "encoded/latents.safetensors", "--out", folder / "decoded", .. Tolerances]);
        Assert.Equal((0, "1 picture"), (told.Code, told.Error.Split(',')[0].Trim()));
        Assert.Equal((folder / "decoded") + Environment.NewLine, told.Out);

        // The third picture of the round trip, drawn four times as large.
        const int Zoom = 4, Cell = 8 * Zoom + 2;
        var (trip, back) = (ImageCodec.Load(folder / "encoded/roundtrip.png"), ImageCodec.Load(folder / "decoded/000000.png"));
        var third = Enumerable.Range(0, 64).Select(i => trip.Plane(0)[(2 + 2 * Cell + i / 8 * Zoom) * trip.Width + 2 + i % 8 * Zoom]);
        Assert.Equal(third, back.Pixels);
    }

    [Fact]
    public void Latents_of_several_files_are_one_row()
    {
        Save("a", zeros(2, 1, 8, 8));
        Save("b", ones(1, 8, 8));
        var told = Cli.Run(["decode", model, folder / "a", folder / "b", "--json", "--out", folder / "decoded", "--rtol", "1e-2", "--atol", "1e-2"]);
        Assert.True(told.Code == 0, told.Error);
        using var json = JsonDocument.Parse(told.Out);
        Assert.Equal(["000000.png", "000001.png", "000002.png", "grid.png"], json.RootElement.GetProperty("files").EnumerateArray().Select(file => Path.GetFileName(file.GetString()!)));
        Assert.True(json.RootElement.GetProperty("network_calls").GetInt32() > 6);
        Assert.Equal(ImageCodec.Load(folder / "decoded/000000.png").Pixels, ImageCodec.Load(folder / "decoded/000001.png").Pixels);
    }

    [Fact]
    public void Latents_of_another_model_are_decoded_with_a_warning()
    {
        Save("a", zeros(1, 1, 8, 8), "0123");
        var told = Cli.Run(["decode", model, folder / "a", "--out", folder / "decoded", "--rtol", "1e-2", "--atol", "1e-2"]);
        Assert.Equal(0, told.Code);
        Assert.Contains("was encoded by another model", told.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_does_not_fit_is_one_line_and_exit_code_2()
    {
        Save("a", zeros(1, 1, 8, 9));
        Failed("expected 'latents' of shape [N, 1, 8, 8], as the model's images; got [1, 1, 8, 9]", folder / "a");
        Failed("expected a tensor 'z'; got latents", folder / "a", "--tensor", "z");
        Failed("there is no file", folder / "nothing.safetensors");
    }

    private void Failed(string message, params string[] arguments)
    {
        var told = Cli.Run(["decode", model, .. arguments]);
        Assert.Equal(2, told.Code);
        Assert.Contains(message, told.Error, StringComparison.Ordinal);
    }

    private void Save(string name, Tensor latents, string model = "")
    {
        using (latents)
        {
            SafetensorsWriter.Write(folder / name, [("latents", latents)], new Dictionary<string, string>(StringComparer.Ordinal) { ["model_sha256"] = model });
        }
    }
}
