using System.Text.Json.Nodes;
using Brownian.Networks;
using Brownian.Networks.DiT;
using Brownian.Networks.Latent;
using Brownian.Networks.UNet;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>
/// Folders of unconditional and class-conditional latent diffusion in diffusers' layout: a network, a scheduler, and what turns latents into
/// pictures (<c>DiTPipeline</c>, Peebles and Xie 2023; <c>LDMPipeline</c>, Rombach et al. 2022).
/// </summary>
internal static class LatentFolder
{
    // What DiT's authors and diffusers use.
    private const double UsualGuidance = 4;

    /// <summary>Whether a folder's index names such a pipeline.</summary>
    public static bool Handles(string path) =>
        DiffusersFolder.IsDiffusers(path)
        && JsonFile.ReadObject(Path.Combine(path, DiffusersFolder.Index)).Text("_class_name") is "DiTPipeline" or "LDMPipeline";

    /// <summary>The model, in float32 on the CPU, in evaluation mode; its data are latents.</summary>
    /// <exception cref="CheckpointFormatException">A file is missing or damaged.</exception>
    /// <exception cref="MissingWeightException">Weights and configuration do not match.</exception>
    public static ModelBundle Load(string path)
    {
        var folder = PipelineFolder.Open(path);
        var part = folder.Has("transformer") ? "transformer" : "unet";
        var scheduler = folder.Scheduler();
        var network = folder.Network(part, json => NetworkConfig.Read(json).Create());
        try
        {
            var codec = Codec(folder, folder.Has("vae") ? "vae" : "vqvae");
            var bundle = new ModelBundle(new(network, scheduler.Path, scheduler.Parameterization), Shape(network, folder, part))
            {
                Codec = codec,
                Sampling = RecommendedSampling.For(scheduler.Path) with { Clip = scheduler.Thresholding?.Range },
                WeightsPath = folder.WeightsOf(part),
            };
            return network is DiffusionTransformer transformer ? WithClasses(bundle, transformer.Config, folder) : bundle;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static ModelBundle WithClasses(ModelBundle bundle, DiTConfig config, PipelineFolder folder) => bundle with
    {
        ClassCount = config.NumEmbedsAdaNorm,
        NullLabel = config.NullLabel,
        ClassNames = Names(folder.Setting("id2label") as JsonObject, config.NumEmbedsAdaNorm ?? 0),
        Sampling = bundle.Sampling with { Guidance = config.NullLabel is null ? 1 : UsualGuidance },
    };

    private static ILatentCodec Codec(PipelineFolder folder, string part) => folder.ClassOf(part) == "VQModel"
        ? folder.Network(part, json => new VQModel(VQModelConfig.FromJson(json)))
        : folder.Network(part, json => new AutoencoderKL(AutoencoderKLConfig.FromJson(json)));

    private static ImageShape Shape(Network network, PipelineFolder folder, string part) => network switch
    {
        DiffusionTransformer { Config: var config } => new(config.InChannels, config.SampleSize, config.SampleSize),
        UNet2D { Config: { SampleSize: { } size } config } => new(config.InChannels, size.Height, size.Width),
        _ => throw new CheckpointFormatException(
            folder.FileOf(part, "config.json"), "it says no sample_size, or is of a network that no such pipeline has", "Check the configuration."),
    };

    // Each class has several names; the first is enough unless two classes share it.
    private static IReadOnlyList<string>? Names(JsonObject? names, int count)
    {
        if (names is null)
        {
            return null;
        }

        var whole = Enumerable.Range(0, count).Select(i => names[i.ToString(null as IFormatProvider)]?.GetValue<string>() ?? $"{i}").ToArray();
        var first = whole.Select(name => name.Split(',')[0].Trim()).ToArray();
        return [.. first.Select((name, i) => first.Count(other => other == name) == 1 ? name : whole[i])];
    }
}
