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
    /// <summary>
    /// Networks without numbers, to ask which weights they have, each with the names that files have for them; none for classes that are not known, and
    /// two for a CLIP of two encoders.
    /// </summary>
    /// <param name="config">The configuration.</param>
    /// <param name="json">Its text.</param>
    public static IReadOnlyList<(nn.Module Network, KeyMap Names)> Create(JsonObject config, string json)
    {
        using var loading = new WeightsToCome();
        var architecture = (config["architectures"] as JsonArray)?.FirstOrDefault()?.ToString();
        return (config.Text("_class_name") ?? architecture) switch
        {
            "AutoencoderKL" => [Own(new AutoencoderKL(AutoencoderKLConfig.FromJson(json)))],
            "VQModel" => [Own(new VQModel(VQModelConfig.FromJson(json)))],
            "CLIPTextModel" or "CLIPTextModelWithProjection" => [Text(json)],
            "CLIPVisionModel" or "CLIPVisionModelWithProjection" => [Vision(json)],
            "CLIPModel" => [Text(json), Vision(json)],
            "UnCLIPTextProjModel" => [Own(new UnClipTextProjection(UnClipTextProjectionConfig.FromJson(json)))],
            "UNet2DModel" or "UNet2DConditionModel" or "PriorTransformer" or "DiTTransformer2DModel" or "Transformer2DModel" => [Own(NetworkConfig.Read(json).Create())],
            _ => config["kind"] is null ? [] : [Own(NetworkConfig.Read(json).Create())],
        };
    }

    /// <summary>How the names of a folder's weights differ from those that its configuration asks for; null if they do not, or the class is not known.</summary>
    /// <exception cref="CheckpointFormatException">A file is missing or damaged, or a shape differs.</exception>
    public static string? Problem(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        var config = JsonFile.ReadObject(path);
        var networks = JsonFile.Make(path, text => Create(config, text));
        if (networks.Count == 0)
        {
            return null;
        }

        try
        {
            using var file = TensorFile.Open(TensorSearch.In(folder));
            var found = networks.Select(known => WeightLoading.Compare(known.Network, file, known.Names)).ToArray();
            string[] missing = [.. found.SelectMany(one => one.Missing)], unexpected = [.. found.SelectMany(one => one.Unexpected).Distinct()];
            return missing.Length + unexpected.Length == 0 ? null : new MissingWeightException(file.Path, missing, unexpected, file.Keys).Message;
        }
        finally
        {
            foreach (var (network, _) in networks)
            {
                network.Dispose();
            }
        }
    }

    private static (nn.Module Network, KeyMap Names) Own(nn.Module network) => (network, KeyMap.OldDiffusers);

    private static (nn.Module Network, KeyMap Names) Text(string json) => (new ClipText(ClipTextConfig.FromJson(json)), ClipKeys.Text);

    private static (nn.Module Network, KeyMap Names) Vision(string json) => (new ClipVision(ClipVisionConfig.FromJson(json)), ClipKeys.Vision);
}
