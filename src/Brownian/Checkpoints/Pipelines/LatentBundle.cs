using System.Text.Json;
using Brownian.Data.Text;
using Brownian.Networks;
using Brownian.Networks.Clip;
using Brownian.Networks.Conditional;
using Brownian.Networks.Latent;
using Brownian.Networks.UNet;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>A latent diffusion pipeline from a diffusers folder: the model, the codec between pictures and latents, and what reads prompts. Owns its networks.</summary>
/// <param name="Model">Network, path and parameterization, on latents.</param>
/// <param name="Codec">Between pictures and latents.</param>
/// <param name="Scheduler">The folder's sampler and levels.</param>
public sealed record LatentBundle(DiffusionModel Model, ILatentCodec Codec, DiffusersScheduler Scheduler) : IDisposable
{
    private static readonly Dictionary<string, LatentKind> Pipelines = new(StringComparer.Ordinal)
    {
        ["StableDiffusionPipeline"] = LatentKind.Plain,
        ["StableDiffusionImg2ImgPipeline"] = LatentKind.Plain,
        ["StableDiffusionInpaintPipeline"] = LatentKind.Filling,
        ["StableDiffusionInpaintPipelineLegacy"] = LatentKind.Plain,
        ["StableDiffusionUpscalePipeline"] = LatentKind.Upscaling,
        ["LDMPipeline"] = LatentKind.Plain,
        ["LDMSuperResolutionPipeline"] = LatentKind.Enlarging,
    };

    /// <summary>The folder.</summary>
    public required PipelineFolder Folder { get; init; }

    /// <summary>What the network is shown.</summary>
    public required LatentKind Kind { get; init; }

    /// <summary>Height and width in pixels of the pictures that it was trained on.</summary>
    public required (int Height, int Width) Size { get; init; }

    /// <summary>Takes prompts apart; null for models without text.</summary>
    public ClipTokenizer? Tokenizer { get; init; }

    /// <summary>Reads prompts; null for models without text.</summary>
    public ClipText? Text { get; init; }

    /// <summary>The noise of the small picture that an upscaler is shown; null for others.</summary>
    public DiffusersScheduler? SmallPicture { get; init; }

    /// <summary>Whether a pipeline's class is one of these.</summary>
    public static bool Knows(string className) => Pipelines.ContainsKey(className);

    /// <summary>Loads a folder, in float32 on the CPU, in evaluation mode.</summary>
    /// <exception cref="CheckpointFormatException">It is not of this kind, or a file in it is missing or damaged.</exception>
    /// <exception cref="MissingWeightException">Weights and configuration do not match.</exception>
    public static LatentBundle Load(string path)
    {
        var folder = PipelineFolder.Open(path);
        if (!Pipelines.TryGetValue(folder.ClassName, out var kind))
        {
            throw new CheckpointFormatException(
                path, $"its pipeline is '{folder.ClassName}'; expected {string.Join(", ", Pipelines.Keys)}", "Give the folder of a latent diffusion pipeline.");
        }

        var loaded = new List<nn.Module>();
        try
        {
            return Load(folder, kind, loaded);
        }
        catch
        {
            loaded.ForEach(module => module.Dispose());
            throw;
        }
    }

    /// <summary>Moves all networks to a device.</summary>
    public void To(Device device)
    {
        foreach (var module in Modules)
        {
            module.to(device);
        }
    }

    /// <summary>Frees all networks.</summary>
    public void Dispose()
    {
        foreach (var module in Modules)
        {
            module.Dispose();
        }
    }

    private IEnumerable<nn.Module> Modules => new nn.Module?[] { Model.Network, (nn.Module)Codec, Text }.OfType<nn.Module>();

    private static LatentBundle Load(PipelineFolder folder, LatentKind kind, List<nn.Module> loaded)
    {
        var scheduler = folder.Scheduler();
        var codec = Kept(CodecOf(folder, kind));
        var network = Kept(folder.Network("unet", NetworkOf, KeyMap.OldDiffusers));
        var (channels, size) = Shape(network);
        kind = kind == LatentKind.Filling && channels == codec.LatentChannels ? LatentKind.Plain : kind;
        CheckChannels(folder, kind, channels, codec.LatentChannels);
        var hasText = folder.Has("text_encoder");
        var text = hasText ? Kept(Encoder(folder)) : null;
        var side = size is { } latents ? (latents.Height * codec.Factor, latents.Width * codec.Factor) : (512, 512);
        return new(new DiffusionModel(network, scheduler.Path, scheduler.Parameterization), codec, scheduler)
        {
            Folder = folder,
            Kind = kind,
            Size = side,
            Text = text,
            Tokenizer = hasText ? ClipTokenizer.Load(folder.FileOf("tokenizer", "")) : null,
            SmallPicture = kind == LatentKind.Upscaling ? folder.Scheduler("low_res_scheduler") : null,
        };

        T Kept<T>(T module)
        {
            loaded.Add((nn.Module)(object)module!);
            return module;
        }
    }

    private static ILatentCodec CodecOf(PipelineFolder folder, LatentKind kind)
    {
        var part = folder.Has("vae") ? "vae" : "vqvae";
        return folder.ClassOf(part) switch
        {
            "AutoencoderKL" => folder.Network(part, json => new AutoencoderKL(AutoencoderKLConfig.FromJson(json))),

            // The super-resolution model was trained on latents as they are, whatever its file says.
            "VQModel" => folder.Network(part, json => VQModelConfig.FromJson(json) is var config && kind == LatentKind.Enlarging
                ? new VQModel(config with { ScalingFactor = 1 })
                : new VQModel(config)),
            var other => throw new CheckpointFormatException(
                folder.Path, $"expected an AutoencoderKL or a VQModel as '{part}'; got {other ?? "none"}", "Give the folder of a latent diffusion pipeline."),
        };
    }

    private static ClipText Encoder(PipelineFolder folder)
    {
        var name = folder.ClassOf("text_encoder")!;
        return name is "CLIPTextModel" or "CLIPTextModelWithProjection"
            ? folder.Network("text_encoder", json => new ClipText(ClipTextConfig.FromJson(json) with { Architectures = [name] }), ClipKeys.Text)
            : throw new CheckpointFormatException(
                folder.Path, $"prompts are read by CLIP's text encoder; the folder has a {name}", "Give the folder of a pipeline with a CLIPTextModel.");
    }

    private static Network NetworkOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("_class_name", out var name) && name.GetString() == "UNet2DConditionModel"
            ? UNet2DConditionConfig.FromJson(json).Create()
            : UNet2DConfig.FromJson(json).Create();
    }

    private static (int Channels, ImageSize? Size) Shape(Network network) => ((IConfiguredNetwork)network).Config switch
    {
        UNet2DConditionConfig config => (config.InChannels, config.SampleSize),
        UNet2DConfig config => (config.InChannels, config.SampleSize),
        var other => throw new ArgumentException($"unet: expected a UNet; got {other.ClassName}."),
    };

    private static void CheckChannels(PipelineFolder folder, LatentKind kind, int channels, int latent)
    {
        var expected = kind switch { LatentKind.Filling => 2 * latent + 1, LatentKind.Upscaling or LatentKind.Enlarging => latent + 3, _ => latent };
        if (channels != expected)
        {
            throw new CheckpointFormatException(
                folder.FileOf("unet", "config.json"), $"the network of a {folder.ClassName} takes {expected} channels for {latent} of the latents; got {channels}",
                "Check that the parts belong together.");
        }
    }
}
