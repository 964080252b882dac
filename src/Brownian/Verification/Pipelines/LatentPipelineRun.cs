using System.Text.Json;
using System.Text.Json.Nodes;
using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>One recorded run of a latent diffusion pipeline: its settings, as the case states them.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bundle">The pipeline, with the run's scheduler.</param>
/// <param name="Request">What it draws.</param>
internal sealed record LatentPipelineRun(string Name, LatentBundle Bundle, DrawRequest Request)
{
    /// <summary>How many draws the reference made; null if that is not told.</summary>
    public int? Draws { get; init; }

    public static LatentPipelineRun Read(JsonProperty run, LatentBundle bundle, string folder)
    {
        var (name, settings) = (run.Name, run.Value);
        var lags = name.Contains("legacy", StringComparison.Ordinal) || Text(settings, "pipeline").Contains("Legacy", StringComparison.Ordinal);
        var fills = File.Exists(Path.Combine(folder, $"{name}_mask.png"));
        var scheduler = Scheduler(settings, bundle, !fills ? bundle.Folder.ClassName : lags ? "StableDiffusionInpaintPipelineLegacy" : "StableDiffusionInpaintPipeline");
        bundle = bundle with
        {
            Scheduler = scheduler,
            Model = bundle.Model with { Path = scheduler.Path, Parameterization = scheduler.Parameterization },
        };
        var (image, mask) = (Picture(folder, $"{name}_image.png"), Picture(folder, $"{name}_mask.png"));
        var prompts = Texts(settings, "prompt");
        var count = Math.Max(1, Math.Max(prompts.Length, Int(settings, "batch", 1)));
        return new(name, bundle, new()
        {
            Prompts = prompts,
            Negative = bundle.Text is null ? [] : Texts(settings, "negative_prompt"),
            Count = count,
            Seed = settings.GetProperty("seed").GetUInt64(),
            Steps = settings.GetProperty("steps").GetInt32(),
            Guidance = bundle.Text is null ? 1 : Number(settings, "guidance") ?? 7.5,
            Eta = Number(settings, "eta"),
            Strength = Number(settings, "strength"),
            NoiseStep = Int(settings, "noise_level", 20),
            Lags = lags,
            AsDiffusers = true,
            Size = settings.TryGetProperty("height", out var height) ? (height.GetInt32(), settings.GetProperty("width").GetInt32()) : null,

            // The reference's upscaler is given a picture for each text, and draws noise for each.
            Image = bundle.Kind == LatentKind.Upscaling ? image?.expand(count, -1, -1, -1) : image,
            Mask = mask is null ? null : (mask.mean([1], true) >= 0).to(ScalarType.Float32),
        })
        {
            Draws = settings.TryGetProperty("n_draws", out var draws) ? draws.GetInt32() : null,
        };
    }

    /// <summary>1 where latents are made, and 0 where they are known and put back.</summary>
    public Tensor Made(Tensor latents) => Request.Mask is { } mask && Bundle.Kind == LatentKind.Plain
        ? nn.functional.interpolate(mask, size: [latents.size(2), latents.size(3)], mode: InterpolationMode.Nearest)
        : ones(1);

    /// <summary>Draws that the reference makes and multiplies by 0: all of Euler's, which could churn, and those of a last step that ends clean.</summary>
    public int SpareDraws(NoiseSchedule schedule) => Bundle.Scheduler.ClassName switch
    {
        "EulerDiscreteScheduler" => schedule.Steps,
        "EulerAncestralDiscreteScheduler" or "DDPMScheduler" => schedule[^1].IsClean ? 1 : 0,
        _ => Request.Eta > 0 && schedule[^1].IsClean ? 1 : 0,
    };

    /// <summary>
    /// Where the reference recorded the end of each step: it counts every evaluation of the network as one, of which PNDM's first step and those of two-stage
    /// methods (but the last) have two.
    /// </summary>
    public IReadOnlyList<int> Recorded(NoiseSchedule schedule)
    {
        var last = schedule.Steps - 1;
        return [.. Enumerable.Range(0, schedule.Steps).Select(step => Bundle.Scheduler.ClassName switch
        {
            "PNDMScheduler" when Bundle.Scheduler.Sampler is Pndm { Warmup: PndmStart.Heun } && last > 0 => step + 1,
            "HeunDiscreteScheduler" or "KDPM2DiscreteScheduler" => Math.Min(2 * step + 1, 2 * last),
            _ => step,
        })];
    }

    /// <summary>"PNDM (folder)", or a class and what it changes of the folder's settings: "DDIM.from_config(clip_sample=false)".</summary>
    private static DiffusersScheduler Scheduler(JsonElement settings, LatentBundle bundle, string pipeline)
    {
        var words = Text(settings, "scheduler");
        var config = bundle.Folder.Config("scheduler", "scheduler_config.json");
        var name = words.Split('.', ' ', '(')[0];
        if (name.Length == 0 || words.Contains("(folder)", StringComparison.Ordinal))
        {
            return LatentScheduler.Read(pipeline, config.Text("_class_name")!, config);
        }

        var start = words.IndexOf('(', StringComparison.Ordinal);

        // Runs after the first name the class alone. The folders' latents are never clipped.
        var changes = start < 0 ? "clip_sample=false" : words[(start + 1)..].TrimEnd(')');
        foreach (var change in changes.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (change.Split('=') is [var field, var value])
            {
                config[field] = JsonNode.Parse(value.ToLowerInvariant());
            }
        }

        return LatentScheduler.Read(pipeline, name.EndsWith("Scheduler", StringComparison.Ordinal) ? name : name + "Scheduler", config);
    }

    private static Tensor? Picture(string folder, string name) =>
        File.Exists(Path.Combine(folder, name)) ? ImageCodec.ToTensor(ImageCodec.Load(Path.Combine(folder, name))) : null;

    private static string[] Texts(JsonElement settings, string field) => !settings.TryGetProperty(field, out var texts) ? []
        : texts.ValueKind == JsonValueKind.Array ? [.. texts.EnumerateArray().Select(text => text.GetString()!)]
        : texts.ValueKind == JsonValueKind.String ? [texts.GetString()!]
        : [];

    private static string Text(JsonElement settings, string field) => settings.TryGetProperty(field, out var text) ? text.GetString() ?? "" : "";

    private static double? Number(JsonElement settings, string field) =>
        settings.TryGetProperty(field, out var number) && number.ValueKind == JsonValueKind.Number ? number.GetDouble() : null;

    private static int Int(JsonElement settings, string field, int otherwise) => settings.TryGetProperty(field, out var number) ? number.GetInt32() : otherwise;
}
