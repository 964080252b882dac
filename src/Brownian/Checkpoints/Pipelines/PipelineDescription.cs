using System.Text.Json.Nodes;
using Brownian.Data.Text;

namespace Brownian.Checkpoints;

/// <summary>What the small files of a pipeline of several networks tell, and whether its parts are all there.</summary>
/// <param name="folder">The pipeline.</param>
internal sealed class PipelineDescription(PipelineFolder folder)
{
    private static readonly string[] Transformers = ["DiTPipeline"];

    private static readonly string[] Networks = ["unet", "transformer", "super_res_last"], Codecs = ["vae", "vqvae"], Schedulers = ["scheduler", "decoder_scheduler"];

    /// <summary>Whether a pipeline's class is one that is drawn with.</summary>
    public static bool Knows(string className) => LatentBundle.Knows(className) || UnClipModel.Handles(className) || Transformers.Contains(className);

    /// <summary>Reads what must be readable in a part that is no network.</summary>
    /// <param name="part">One of the folder's parts.</param>
    /// <exception cref="CheckpointFormatException">It is missing or damaged.</exception>
    public void Check(string part)
    {
        var kind = folder.ClassOf(part)!;

        // Not needed to draw: `pull` leaves the one out, and only unCLIP shows pictures to a network by means of the other.
        if (part == "safety_checker" || (part == "feature_extractor" && !UnClipModel.Handles(folder.ClassName)))
        {
            return;
        }

        if (!Directory.Exists(folder.FileOf(part, "")))
        {
            throw new CheckpointFormatException(folder.FileOf(part, ""), $"the index names the part '{part}' ({kind}), which is missing", "Fetch the folder again, or copy the part into it.");
        }

        if (kind.EndsWith("Scheduler", StringComparison.Ordinal))
        {
            _ = folder.Scheduler(part);
        }
        else if (kind.StartsWith("CLIPTokenizer", StringComparison.Ordinal))
        {
            _ = ClipTokenizer.Load(folder.FileOf(part, ""));
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
            ClassCount = folder.Has("transformer") ? (int?)Read(() => folder.Config("transformer"))?["num_embeds_ada_norm"] : null,
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
        return new((int?)config["out_channels"] ?? 3, height * factor, width * factor);
    }

    private static (int Height, int Width)? Sides(JsonNode? size) => size switch
    {
        JsonArray { Count: 2 } sides => ((int)sides[0]!, (int)sides[1]!),
        JsonValue side => ((int)side, (int)side),
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
