using System.Text.Json.Nodes;

namespace Brownian.Checkpoints;

/// <summary>
/// Schedulers of Stable Diffusion's folders, of which early ones have settings that were never meant: diffusers' pipelines replace them when they are made, and
/// so do we.
/// </summary>
internal static class LatentScheduler
{
    private static readonly Dictionary<string, (string Setting, JsonNode Meant)[]> Meant = new(StringComparer.Ordinal)
    {
        ["StableDiffusionPipeline"] = [("steps_offset", 1), ("clip_sample", false)],
        ["StableDiffusionImg2ImgPipeline"] = [("steps_offset", 1), ("clip_sample", false)],
        ["StableDiffusionInpaintPipelineLegacy"] = [("steps_offset", 1), ("clip_sample", false)],
        ["StableDiffusionInpaintPipeline"] = [("steps_offset", 1), ("skip_prk_steps", true)],
    };

    /// <summary>A scheduler as a pipeline uses it.</summary>
    /// <param name="pipeline">The pipeline's class.</param>
    /// <param name="className">The scheduler's class.</param>
    /// <param name="config">Its settings.</param>
    /// <param name="asDiffusers">See <see cref="DiffusersScheduler.Read(JsonObject, bool)"/>.</param>
    public static DiffusersScheduler Read(string pipeline, string className, JsonObject config, bool asDiffusers = false)
    {
        var scheduler = DiffusersScheduler.Read(className, config, asDiffusers);
        var wrong = Meant.GetValueOrDefault(pipeline, []).Where(row => scheduler.Config.ContainsKey(row.Setting) && !JsonNode.DeepEquals(scheduler.Config[row.Setting], row.Meant)).ToArray();
        if (wrong.Length == 0)
        {
            return scheduler;
        }

        var right = config.DeepClone().AsObject();
        foreach (var (setting, meant) in wrong)
        {
            right[setting] = meant.DeepClone();
        }

        return DiffusersScheduler.Read(className, right, asDiffusers);
    }
}
