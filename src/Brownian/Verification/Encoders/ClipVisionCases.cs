using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Networks.Clip;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.Encoders;

/// <summary>Cases of CLIP's image encoder: resized and normalised pixels, every state, and the projection.</summary>
public sealed class ClipVisionCases() : ClassCases("CLIPImageProcessor + CLIPVisionModelWithProjection", "CLIPVisionModelWithProjection", "CLIPVisionModel")
{
    private protected override void Compare(GoldenFile file, Comparison comparison)
    {
        using var io = Recorded(file);
        using var network = Loaded(file, new ClipVision(ClipVisionConfig.FromJson(file.Json.GetProperty("config").GetRawText())), ClipKeys.Vision);
        var tolerances = CaseTolerances.Of(file);
        var pixels = io.Read("pixel_values");
        Pixels(file, pixels, comparison);
        var output = network.call(pixels);
        If(io, "last_hidden_state", () => output.LastState, tolerances, comparison);
        If(io, "pooler_output", () => output.Pooled, tolerances, comparison);
        If(io, "image_embeds", () => output.Embedding ?? throw new ArgumentException("image_embeds: the encoder has no projection"), tolerances, comparison);
        foreach (var (i, state) in output.States.Index())
        {
            If(io, $"act.hidden_states.{i}", () => state[..1], tolerances, comparison);
        }

        if (io.Contains("image_embeds_f64"))
        {
            network.to(ScalarType.Float64);
            comparison.Elements(
                "image_embeds_f64", network.call(pixels.to(ScalarType.Float64)[..1]).Embedding!, io.Read("image_embeds_f64"), tolerances.Absolute * InFloat64, 0);
        }
    }

    // Our resize is Pillow's to the bit, so the tolerance is that of the division alone.
    private static void Pixels(GoldenFile file, Tensor reference, Comparison comparison)
    {
        var pictures = Enumerable.Range(0, (int)reference.size(0)).Select(i => Path.Combine(file.Folder, $"image_{i}.png")).ToArray();
        if (file.Json.TryGetProperty("preprocessor", out var settings) && settings.ValueKind == JsonValueKind.Object && pictures.All(File.Exists))
        {
            var ours = ClipPixels.FromJson(settings.GetRawText()).ToTensor([.. pictures.Select(ImageCodec.Load)]);
            comparison.Elements("pixel_values", ours, reference, 1e-5, 0);
        }
    }
}
