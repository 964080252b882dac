using System.Text.Json.Nodes;
using Brownian.Networks;
using Brownian.Networks.Clip;
using Brownian.Networks.Latent;
using Brownian.Networks.UnClip;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>The networks whose configurations are read, by the class that a config.json names.</summary>
internal static class KnownNetworks
{
    /// <summary>A network without numbers, to ask which weights it has; null for classes that are not known.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="json">Its text.</param>
    public static nn.Module? Create(JsonObject config, string json)
    {
        using var loading = new WeightsToCome();
        var architecture = (config["architectures"] as JsonArray)?.FirstOrDefault()?.ToString();
        return (config.Text("_class_name") ?? architecture) switch
        {
            "AutoencoderKL" => new AutoencoderKL(AutoencoderKLConfig.FromJson(json)),
            "VQModel" => new VQModel(VQModelConfig.FromJson(json)),
            "CLIPTextModel" or "CLIPTextModelWithProjection" => new ClipText(ClipTextConfig.FromJson(json)),
            "CLIPVisionModel" or "CLIPVisionModelWithProjection" => new ClipVision(ClipVisionConfig.FromJson(json)),
            "UnCLIPTextProjModel" => new UnClipTextProjection(UnClipTextProjectionConfig.FromJson(json)),
            "UNet2DModel" or "UNet2DConditionModel" or "PriorTransformer" or "DiTTransformer2DModel" or "Transformer2DModel" => NetworkConfig.Read(json).Create(),
            _ => config["kind"] is null ? null : NetworkConfig.Read(json).Create(),
        };
    }
}
