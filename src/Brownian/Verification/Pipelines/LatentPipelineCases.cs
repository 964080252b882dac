using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Samplers;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>Whole runs of latent diffusion pipelines (Stable Diffusion, its variants, LDM): noise from the seed (bit-exact), the latents after every step, the pictures.</summary>
public sealed class LatentPipelineCases() : Encoders.ClassCases(
    "StableDiffusion*Pipeline", "StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline", "StableDiffusionInpaintPipeline", "StableDiffusionInpaintPipelineLegacy",
    "StableDiffusionUpscalePipeline", "LDMPipeline", "LDMSuperResolutionPipeline")
{
    private protected override void Compare(GoldenFile file, Comparison comparison)
    {
        using var io = Recorded(file);
        using var bundle = LatentBundle.Load(Path.GetFullPath(Path.Combine(file.Folder, file.Text("pipeline") ?? "pipeline")));
        foreach (var run in file.Json.GetProperty("runs").EnumerateObject())
        {
            using var scope = NewDisposeScope();
            Compare(LatentPipelineRun.Read(run, bundle, file.Folder), io, file, comparison);
        }
    }

    private static void Compare(LatentPipelineRun run, SafetensorsFile io, GoldenFile file, Comparison comparison)
    {
        using var noise = new RecordedNoise(run.Name, run.Request.Seed, io, comparison, run.Draws);
        var drawing = new LatentRun(run.Bundle, run.Request, run.Request.Count, noise);
        var steps = io.Contains($"{run.Name}.steps.scheduler") ? io.Read($"{run.Name}.steps.scheduler") : null;
        var recorded = run.Recorded(drawing.Schedule);
        if (steps is not null && steps.size(0) != recorded[^1] + 1)
        {
            comparison.Fail($"{run.Name}.steps", $"{drawing.Schedule.Steps} steps, the reference made {steps.size(0)}");
            return;
        }

        var share = PipelineCases.StepsTolerance(file);
        var pictures = drawing.Draw(
            (step, _, level, latents, _) =>
            {
                if (steps?[recorded[step - 1]] is { } recordedData)
                {
                    // Classes that keep x/α record that.
                    var reference = run.Bundle.Scheduler.InNoiseToSignal ? recordedData * level.Alpha : recordedData;

                    // Recorded before the known part is put back: only what is made can be compared.
                    var made = run.Made(latents);
                    comparison.Elements($"{run.Name}.steps[{recorded[step - 1]}]", latents * made, reference * made, share * reference.abs().max().item<float>(), 0);
                }
            },
            default);
        noise.CheckAllUsed(run.SpareDraws(drawing.Schedule));
        PipelineCases.ComparePicture(run.Name, (pictures / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1), io, file, comparison);
    }
}
