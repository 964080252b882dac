using System.Text.Json;
using System.Text.Json.Nodes;
using Brownian.Checkpoints;
using Brownian.Guidance;
using Brownian.Samplers;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>One recorded run of a pipeline: its settings, as the case states them.</summary>
internal sealed record PipelineRun(string Name, ulong Seed, int Steps, int Batch, DiffusersScheduler Scheduler, Sampler Sampler, Thresholding? Thresholding)
{
    public static PipelineRun Read(JsonProperty run, string folder)
    {
        var (name, settings) = (run.Name, run.Value);
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "scheduler", "scheduler_config.json")))!.AsObject();
        var isDdim = settings.TryGetProperty("eta", out var eta) || name.StartsWith("ddim", StringComparison.OrdinalIgnoreCase);
        var scheduler = isDdim
            ? DiffusersScheduler.Read("DDIMScheduler", config, asDiffusers: true)
            : DiffusersScheduler.Read(config, asDiffusers: true);

        // DDIMPipeline hands over whether ε follows the clipped x0; it does not by default.
        var rederive = settings.TryGetProperty("use_clipped_model_output", out var clipped) && clipped.ValueKind == JsonValueKind.True;
        return new(
            name,
            settings.GetProperty("seed").GetUInt64(),
            settings.GetProperty("steps").GetInt32(),
            settings.TryGetProperty("batch", out var batch) ? batch.GetInt32() : 1,
            scheduler,
            scheduler.Sampler is Ddim ddim ? ddim with { Eta = eta.ValueKind == JsonValueKind.Number ? eta.GetDouble() : 0 } : scheduler.Sampler,
            isDdim && scheduler.Thresholding is { } rule ? rule with { RederiveEpsilon = rederive } : scheduler.Thresholding);
    }

    /// <summary>Runs it, [N, C, H, W].</summary>
    /// <param name="bundle">The network.</param>
    /// <param name="noise">All noise, the start included.</param>
    /// <param name="onStep">Called with the number of the step, from 1, and the data after it.</param>
    public Tensor Sample(ModelBundle bundle, INoise noise, Action<int, Tensor> onStep)
    {
        var model = new DiffusionModel(bundle.Model.Network, Scheduler.Path, Scheduler.Parameterization);
        var denoiser = Thresholding is null ? model.Bind() : new Thresholded(model.Bind(), Thresholding);
        var schedule = Scheduler.Spacing.Levels(Scheduler.Path, Steps);
        var start = noise.NormalLike(zeros(bundle.Image.Batch(Batch))) * Scheduler.StartScale(schedule);
        return Sampler.Run(denoiser, start, schedule, noise, (step, _, data) => onStep(step, data));
    }
}
