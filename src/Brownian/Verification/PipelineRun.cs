using System.Text.Json;
using System.Text.Json.Nodes;
using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Guidance;
using Brownian.Samplers;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>One recorded run of a pipeline: its settings, as the case states them.</summary>
internal sealed record PipelineRun(string Name, ulong Seed, int Steps, int Batch, DiffusersScheduler Scheduler, Sampler Sampler, Thresholding? Thresholding)
{
    /// <summary>The levels.</summary>
    public NoiseSchedule Schedule => Spacing.Levels(Scheduler.Path, Steps);

    /// <summary>How many draws the reference made; null if that is not told.</summary>
    public int? Draws { get; init; }

    /// <summary>Draws that the reference makes and does not use, and we do not make.</summary>
    public int SpareDraws => Sampler switch
    {
        // DDIM's last step has no variance; the last noise of score SDE is taken away again.
        Ddim { Eta: > 0 } or PredictorCorrector => 1,
        _ => 0,
    };

    private ISpacing Spacing { get; init; } = Scheduler.Spacing;

    public static PipelineRun Read(JsonProperty run, string folder)
    {
        var (name, settings) = (run.Name, run.Value);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "scheduler", "scheduler_config.json")))!.AsObject();
        var isDdim = settings.TryGetProperty("eta", out var eta) || name.StartsWith("ddim", StringComparison.OrdinalIgnoreCase);
        var scheduler = isDdim && config["_class_name"]?.GetValue<string>() != "RePaintScheduler"
            ? DiffusersScheduler.Read("DDIMScheduler", config, asDiffusers: true)
            : DiffusersScheduler.Read(config, asDiffusers: true);
        if (scheduler.Sampler is Samplers.RePaint)
        {
            return RePaint(name, settings, Path.GetDirectoryName(folder)!, scheduler);
        }

        // DDIMPipeline hands over whether ε follows the clipped x0; it does not by default.
        var rederive = settings.TryGetProperty("use_clipped_model_output", out var clipped) && clipped.ValueKind == JsonValueKind.True;
        return new(
            name,
            settings.GetProperty("seed").GetUInt64(),
            settings.GetProperty("steps").GetInt32(),
            settings.TryGetProperty("batch", out var batch) ? batch.GetInt32() : 1,
            scheduler,
            scheduler.Sampler is Ddim ddim ? ddim with { Eta = eta.ValueKind == JsonValueKind.Number ? eta.GetDouble() : 0 } : scheduler.Sampler,
            isDdim && scheduler.Thresholding is { } rule ? rule with { RederiveEpsilon = rederive } : scheduler.Thresholding)
        {
            Draws = DrawsIn(settings),
        };
    }

    /// <summary>Runs it, [N, C, H, W].</summary>
    /// <param name="bundle">The network.</param>
    /// <param name="noise">All noise, the start included.</param>
    /// <param name="onStep">Called with the number of the step, from 1, and the data after it.</param>
    public Tensor Sample(ModelBundle bundle, INoise noise, Action<int, Tensor> onStep)
    {
        var model = new DiffusionModel(bundle.Model.Network, Scheduler.Path, Scheduler.Parameterization);
        var denoiser = Thresholding is null ? model.Bind() : new Thresholded(model.Bind(), Thresholding);
        var schedule = Schedule;
        var start = noise.NormalLike(zeros(bundle.Image.Batch(Batch))) * Scheduler.StartScale(schedule);
        return Sampler.Run(denoiser, start, schedule, noise, (step, _, data) => onStep(step, data));
    }

    /// <summary>A picture of the data, [N, H, W, C] in [0, 1], as the pipeline makes it.</summary>
    public Tensor Picture(Tensor data)
    {
        var unit = Sampler is PredictorCorrector ? data : data / 2 + 0.5;
        return unit.clamp(0, 1).permute(0, 2, 3, 1);
    }

    /// <summary>The recorded data after a step of ours; null where the reference recorded none.</summary>
    /// <param name="io">The recorded tensors.</param>
    /// <param name="step">The number of the step, from 1.</param>
    public Tensor? Recorded(SafetensorsFile io, int step)
    {
        var (key, index) = Sampler switch
        {
            // The last is recorded with the noise that is then taken away.
            PredictorCorrector => (step < Steps ? "scheduler.step_pred" : null, step - 1),

            // All steps but the last are corrected.
            Heun => (step < Steps ? "scheduler.step_correct" : "scheduler", step - 1),
            Samplers.RePaint => ("scheduler", RePaintIndex(step)),
            _ => ("scheduler", step - 1),
        };
        if (key is null || !io.Contains($"{Name}.steps.{key}"))
        {
            return null;
        }

        var all = io.Read($"{Name}.steps.{key}");
        return index >= 0 && index < all.size(0) ? all[index] : null;
    }

    /// <summary>The number of recorded steps that do not fit ours; 0 if all is well.</summary>
    public long Unexpected(SafetensorsFile io) =>
        Sampler is not (PredictorCorrector or Samplers.RePaint) && io.Contains($"{Name}.steps.scheduler") ? io.Read($"{Name}.steps.scheduler").size(0) - Steps : 0;

    private static int? DrawsIn(JsonElement settings) => settings.TryGetProperty("n_draws", out var draws) ? draws.GetInt32() : null;

    /// <summary>Of the steps down, the first four and the last two are recorded.</summary>
    private int RePaintIndex(int step)
    {
        var schedule = Schedule;
        bool IsDown(int i) => schedule[i + 1].Sigma < schedule[i].Sigma;
        if (!IsDown(step - 1))
        {
            return -1;
        }

        var (number, all) = (Enumerable.Range(0, step - 1).Count(IsDown), Enumerable.Range(0, schedule.Steps).Count(IsDown));
        return number < 4 ? number : number >= all - 2 ? 6 - (all - number) : -1;
    }

    private static PipelineRun RePaint(string name, JsonElement settings, string folder, DiffusersScheduler scheduler)
    {
        int Number(string field, int otherwise) => settings.TryGetProperty(field, out var value) ? value.GetInt32() : otherwise;
        var image = ImageCodec.ToTensor(ImageCodec.Load(Path.Combine(folder, "repaint_image.png")));
        var mask = ImageCodec.ToTensor(ImageCodec.Load(Path.Combine(folder, "repaint_mask.png"))).mean([1], true);
        return new(
            name,
            settings.GetProperty("seed").GetUInt64(),
            settings.GetProperty("steps").GetInt32(),
            1,
            scheduler,
            (Samplers.RePaint)scheduler.Sampler with
            {
                Eta = settings.TryGetProperty("eta", out var eta) ? eta.GetDouble() : 0,
                Known = new(image, (mask >= 0).to(ScalarType.Float32)),
            },
            scheduler.Thresholding)
        {
            Draws = DrawsIn(settings),
            Spacing = new Jumps(new Leading(), Number("jump_length", 10), Number("jump_n_sample", 10)),
        };
    }
}
