using System.Text.Json.Nodes;
using Brownian.Data.Text;

namespace Brownian.Checkpoints;

/// <summary>What the small files of a pipeline of several networks tell, and whether its parts are all there.</summary>
/// <param name="folder">The pipeline.</param>
internal sealed class PipelineDescription(PipelineFolder folder)
{
    private static readonly string[] Transformers = ["DiTPipeline"];

    private static readonly string[] Networks = ["unet", "transformer", "super_res_last"], Codecs = ["vae", "vqvae"], Schedulers = ["scheduler", "decoder_scheduler"];

    private static readonly string[] UnClipParts =
        ["tokenizer", "text_encoder", "text_proj", "decoder", "decoder_scheduler", "super_res_first", "super_res_last", "super_res_scheduler"];

    /// <summary>Whether a pipeline's class is one that is drawn with.</summary>
    public static bool Knows(string className) => LatentBundle.Knows(className) || UnClipModel.Handles(className) || Transformers.Contains(className);

    /// <summary>The parts that are loaded to draw, whether the index names them or not.</summary>
    public IEnumerable<string> Needed => Transformers.Contains(folder.ClassName) ? ["transformer", "vae", "scheduler"]
        : folder.ClassName == "UnCLIPPipeline" ? ["prior", "prior_scheduler", .. UnClipParts]
        : UnClipModel.Handles(folder.ClassName) ? ["image_encoder", "feature_extractor", .. UnClipParts]
        : [
            "unet", Codecs.FirstOrDefault(folder.Has) ?? Codecs[0], "scheduler", .. folder.Has("text_encoder") ? ["tokenizer"] : Array.Empty<string>(),
            .. folder.ClassName == "StableDiffusionUpscalePipeline" ? ["low_res_scheduler"] : Array.Empty<string>(),
        ];

    /// <summary>Reads what must be readable in a part that is no network.</summary>
    /// <param name="part">A part that the folder has or should have.</param>
    /// <exception cref="CheckpointFormatException">The index does not name it, or it is missing or damaged.</exception>
    public void Check(string part)
    {
        var path = folder.FileOf(part, "");
        var kind = folder.ClassOf(part)!;

        // Not needed to draw: `pull` leaves the one out, and only unCLIP shows pictures to a network by means of the other.
        if (part == "safety_checker" || (part == "feature_extractor" && !UnClipModel.Handles(folder.ClassName)))
        {
            return;
        }

        if (!Directory.Exists(path))
        {
            throw new CheckpointFormatException(path, $"the index names the part '{part}' ({kind}), which is missing", "Fetch the folder again, or copy the part into it.");
        }

        if (kind.EndsWith("Scheduler", StringComparison.Ordinal))
        {
            _ = folder.Scheduler(part);
        }
        else if (kind.StartsWith("CLIPTokenizer", StringComparison.Ordinal))
        {
            _ = ClipTokenizer.Load(path);
        }
        else
        {
            _ = folder.Config(part, part == "feature_extractor" ? "preprocessor_config.json" : "config.json");
        }
    }

    /// <summary>The description, with what the scheduler and the configurations of the networks add; what cannot be read adds nothing.</summary>
    public CheckpointInfo Complete(CheckpointInfo info)
    {
        var scheduler = Schedulers.FirstOrDefault(folder.Has) is { } part ? Read(() => folder.Scheduler(part)) : null;
        return info with
        {
            ForwardPath = scheduler?.Path,
            Parameterization = scheduler?.Parameterization,
            Image = Read<ImageShape?>(Image),
            ClassCount = folder.Has("transformer") ? Read(() => folder.Config("transformer"))?["num_embeds_ada_norm"].Whole() : null,
        };
    }

    // Latents are smaller than pictures by 2 for each level of the autoencoder but one.
    private ImageShape? Image()
    {
        if (Networks.FirstOrDefault(folder.Has) is not { } network || Sides(folder.Config(network)["sample_size"]) is not var (height, width))
        {
            return null;
        }

        if (Codecs.FirstOrDefault(folder.Has) is not { } codec)
        {
            return new(3, height, width);
        }

        var config = folder.Config(codec);
        var factor = 1 << ((config["block_out_channels"] as JsonArray)?.Count ?? 1) - 1;
        return new(config["out_channels"].Whole() ?? 3, height * factor, width * factor);
    }

    private static (int Height, int Width)? Sides(JsonNode? size) => size switch
    {
        JsonArray { Count: 2 } sides when (sides[0].Whole(), sides[1].Whole()) is (int height, int width) => (height, width),
        JsonValue when size.Whole() is { } side => (side, side),
        _ => null,
    };

    private static T? Read<T>(Func<T?> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CheckpointFormatException or InvalidOperationException or FormatException or OverflowException)
        {
            return default;
        }
    }
}
