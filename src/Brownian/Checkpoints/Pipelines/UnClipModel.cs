using System.Text.Json;
using Brownian.Data;
using Brownian.Data.Text;
using Brownian.Networks.Clip;
using Brownian.Networks.Conditional;
using Brownian.Networks.UnClip;
using Brownian.Networks.UNet;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>
/// unCLIP (Ramesh et al. 2022) as Karlo's folders have it: from a text, or from a picture, to a picture. Owns its networks.
/// </summary>
public sealed class UnClipModel : IDisposable
{
    private readonly List<nn.Module> owned = [];

    private UnClipModel(PipelineFolder folder, bool asDiffusers)
    {
        // What was loaded before a part that cannot be is freed.
        try
        {
            (Tokenizer, Text, Projection) = TextOf(folder);
            Decoder = DecoderOf(folder, asDiffusers);
            (Enlarger, LastEnlarger) = EnlargersOf(folder, asDiffusers);
            Prior = folder.Has("prior") ? PriorOf(folder, asDiffusers) : null;
            (Vision, Pixels) = folder.Has("image_encoder") ? VisionOf(folder) : (null, null);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>From texts to tokens.</summary>
    public ClipTokenizer Tokenizer { get; }

    /// <summary>CLIP's text encoder, with its projection.</summary>
    public ClipText Text { get; }

    /// <summary>CLIP's image encoder; null in folders that only start from texts.</summary>
    public ClipVision? Vision { get; }

    /// <summary>How pictures become its input.</summary>
    public ClipPixels? Pixels { get; }

    /// <summary>From embeddings to what the decoder is told.</summary>
    public UnClipTextProjection Projection { get; }

    /// <summary>From a text's embedding to a picture's; null in folders that only start from pictures.</summary>
    public PipelineStage? Prior { get; }

    /// <summary>From a picture's embedding to a small picture.</summary>
    public PipelineStage Decoder { get; }

    /// <summary>From the small picture to the large one, in all steps but the last.</summary>
    public PipelineStage Enlarger { get; }

    /// <summary>The network of the last step.</summary>
    public DiffusionModel LastEnlarger { get; }

    private IEnumerable<Network> Networks =>
        ((Network?[])[Prior?.Model.Network, Decoder.Model.Network, Enlarger.Model.Network, LastEnlarger.Network]).OfType<Network>();

    /// <summary>Float32, or bfloat16 for convolutions and matrix products of the diffusion networks.</summary>
    public ScalarType ComputeType
    {
        get => Decoder.Model.Network.ComputeType;
        set
        {
            foreach (var network in Networks)
            {
                network.ComputeType = value;
            }
        }
    }

    /// <summary>Whether a pipeline is of this kind.</summary>
    public static bool Handles(string className) => className is "UnCLIPPipeline" or "UnCLIPImageVariationPipeline";

    /// <summary>Loads a folder, in float32 on the CPU, in evaluation mode.</summary>
    /// <param name="path">A folder of diffusers' <c>UnCLIPPipeline</c> or <c>UnCLIPImageVariationPipeline</c>.</param>
    /// <param name="asDiffusers">Whether diffusers' deviations from the methods are reproduced.</param>
    /// <exception cref="CheckpointFormatException">The folder is of another kind, or a file is missing or damaged.</exception>
    /// <exception cref="MissingWeightException">Weights and configuration do not match.</exception>
    public static UnClipModel Load(string path, bool asDiffusers = false)
    {
        var folder = PipelineFolder.Open(path);
        if (!Handles(folder.ClassName))
        {
            throw new CheckpointFormatException(
                Path.Combine(path, DiffusersFolder.Index), $"its pipeline is '{folder.ClassName}'; expected UnCLIPPipeline or UnCLIPImageVariationPipeline",
                "Give a folder of unCLIP.");
        }

        return new(folder, asDiffusers);
    }

    /// <summary>Moves all networks to a device.</summary>
    public UnClipModel To(Device device)
    {
        owned.ForEach(module => module.to(device));
        return this;
    }

    /// <inheritdoc/>
    public void Dispose() => owned.ForEach(module => module.Dispose());

    private (ClipTokenizer Tokenizer, ClipText Text, UnClipTextProjection Projection) TextOf(PipelineFolder folder) => (
        ClipTokenizer.Load(folder.FileOf("tokenizer", "")),
        Own(folder.Network("text_encoder", json => new ClipText(ClipTextConfig.FromJson(json)))),
        Own(folder.Network("text_proj", json => new UnClipTextProjection(UnClipTextProjectionConfig.FromJson(json)))));

    private PipelineStage PriorOf(PipelineFolder folder, bool asDiffusers)
    {
        var network = Own(folder.Network("prior", json => PriorTransformerConfig.FromJson(json).Create()));
        return PipelineStage.Of(network, folder.Scheduler("prior_scheduler", asDiffusers), [network.Config.EmbeddingDim]);
    }

    private (ClipVision? Vision, ClipPixels? Pixels) VisionOf(PipelineFolder folder) => (
        Own(folder.Network("image_encoder", json => new ClipVision(ClipVisionConfig.FromJson(json)))),
        ClipPixels.FromJson(JsonFile.ReadText(folder.FileOf("feature_extractor", "preprocessor_config.json"))));

    private PipelineStage DecoderOf(PipelineFolder folder, bool asDiffusers)
    {
        var network = Own(folder.Network("decoder", json => UNet2DConditionConfig.FromJson(json).Create()));
        var config = network.Config;
        return PipelineStage.Of(
            network, folder.Scheduler("decoder_scheduler", asDiffusers), PipelineStage.Images(config.InChannels, config.SampleSize, "decoder/config.json"));
    }

    private (PipelineStage First, DiffusionModel Last) EnlargersOf(PipelineFolder folder, bool asDiffusers)
    {
        var first = Own(folder.Network("super_res_first", json => UNet2DConfig.FromJson(json).Create()));
        var last = Own(folder.Network("super_res_last", json => UNet2DConfig.FromJson(json).Create()));

        // Half of the channels are those of the small picture.
        var shape = PipelineStage.Images(first.Config.InChannels / 2, first.Config.SampleSize, "super_res_first/config.json");
        var stage = PipelineStage.Of(first, folder.Scheduler("super_res_scheduler", asDiffusers), shape);
        return (stage, stage.Model with { Network = last });
    }

    private TModule Own<TModule>(TModule module)
        where TModule : nn.Module
    {
        owned.Add(module);
        return module;
    }
}
