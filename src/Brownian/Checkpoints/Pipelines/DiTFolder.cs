using System.Text.Json.Nodes;
using Brownian.Networks.DiT;
using Brownian.Networks.Latent;

namespace Brownian.Checkpoints;

/// <summary>
/// Folders of diffusers' <c>DiTPipeline</c> (Peebles and Xie 2023): a transformer, a scheduler, and what turns latents into pictures.
/// </summary>
internal static class DiTFolder
{
    // What DiT's authors and diffusers use.
    private const double UsualGuidance = 4;
    private const string Part = "transformer";

    /// <summary>Whether a folder's index names such a pipeline.</summary>
    public static bool Handles(string path) =>
        DiffusersFolder.IsDiffusers(path)
        && JsonFile.ReadObject(Path.Combine(path, DiffusersFolder.Index)).Text("_class_name") == "DiTPipeline";

    /// <summary>The model, in float32 on the CPU, in evaluation mode; its data are latents.</summary>
    /// <exception cref="CheckpointFormatException">A file is missing or damaged.</exception>
    /// <exception cref="MissingWeightException">Weights and configuration do not match.</exception>
    public static ModelBundle Load(string path)
    {
        var folder = PipelineFolder.Open(path);
        var scheduler = folder.Scheduler();
        var network = folder.Network(Part, json => DiTConfig.FromJson(json).Create());
        try
        {
            var config = network.Config;
            var guidance = config.NullLabel is null ? 1 : UsualGuidance;
            return new(new(network, scheduler.Path, scheduler.Parameterization), new(config.InChannels, config.SampleSize, config.SampleSize))
            {
                Codec = folder.Network("vae", json => new AutoencoderKL(AutoencoderKLConfig.FromJson(json))),
                ClassCount = config.NumEmbedsAdaNorm,
                NullLabel = config.NullLabel,
                ClassNames = Names(folder.Setting("id2label") as JsonObject, config.NumEmbedsAdaNorm ?? 0),
                Sampling = RecommendedSampling.For(scheduler.Path) with { Clip = scheduler.Thresholding?.Range, Guidance = guidance },
                WeightsPath = folder.WeightsOf(Part),
            };
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

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
