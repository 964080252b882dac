using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Brownian.Checkpoints;
using Brownian.Samplers;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>
/// Whole runs of diffusers' pipelines with an unconditional network (DDPM, DDIM, ScoreSdeVe, KarrasVe, RePaint): noise from the seed (bit-exact), the
/// data after every step, and the pictures.
/// </summary>
public sealed partial class PipelineCases : IGoldenKind
{
    /// <inheritdoc/>
    public bool Handles(GoldenFile file) => file.IsCase
        && (file.Text("cls") ?? "").Split('/').All(cls => cls.Split(' ')[0] is "DDPMPipeline" or "DDIMPipeline"
            or "ScoreSdeVePipeline" or "KarrasVePipeline" or "RePaintPipeline");

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(GoldenFile file)
    {
        var kind = file.Text("cls")!;
        using var scope = NewDisposeScope();
        try
        {
            return [Compare(file, kind)];
        }
        catch (NotSupportedException error)
        {
            return [CaseResult.Unsupported(file.Name, kind, error.Message)];
        }
        catch (Exception error) when (CaseFault.Is(error))
        {
            return [CaseResult.Failed(file.Name, kind, error.Message.ReplaceLineEndings(" "))];
        }
    }

    private static CaseResult Compare(GoldenFile file, string kind)
    {
        var comparison = new Comparison();
        using var io = SafetensorsFile.Open(Path.Combine(file.Folder, "io.safetensors"));
        using var bundle = ModelBundle.Load(Path.Combine(file.Folder, "pipeline"));
        foreach (var run in file.Json.GetProperty("runs").EnumerateObject())
        {
            using var scope = NewDisposeScope();
            var pipeline = PipelineRun.Read(run, Path.Combine(file.Folder, "pipeline"));
            Compare(pipeline, bundle, io, file, comparison);
        }

        return comparison.Result(file.Name, kind);
    }

    private static void Compare(PipelineRun run, ModelBundle bundle, SafetensorsFile io, GoldenFile file, Comparison comparison)
    {
        using var noise = new RecordedNoise(run.Name, run.Seed, io, comparison, run.Draws);
        if (run.Unexpected(io) is not 0 and var unexpected)
        {
            comparison.Fail($"{run.Name}.steps", $"{run.Steps} steps, the reference made {run.Steps + unexpected}");
        }

        var share = StepsTolerance(file);
        var x = run.Sample(bundle, noise, (step, data) =>
        {
            if (run.Recorded(io, step) is { } reference)
            {
                comparison.Elements($"{run.Name}.steps[{step - 1}]", data, reference, share * reference.abs().max().item<float>(), 0);
            }
        });
        noise.CheckAllUsed(run.SpareDraws);
        ComparePicture(run.Name, run.Picture(x), io, file, comparison);
    }

    /// <summary>What data after a step may differ by, over their largest number.</summary>
    internal static double StepsTolerance(GoldenFile file) => Tolerance(file, "steps", StepsPattern(), 1e-3);

    /// <summary>Compares the pictures of a run, [N, H, W, C] in [0, 1].</summary>
    internal static void ComparePicture(string run, Tensor image, SafetensorsFile io, GoldenFile file, Comparison comparison)
    {
        var expected = io.Read($"{run}.image");
        comparison.Elements($"{run}.image", image, expected, Tolerance(file, "image", LargestPattern(), 2e-3), 0);
        if (image.shape.SequenceEqual(expected.shape))
        {
            comparison.Number($"{run}.image mean", (image - expected).abs().mean().item<float>(), 0, Tolerance(file, "image", MeanPattern(), 1e-4));
        }
    }

    // Pipeline cases state their tolerances in words.
    private static double Tolerance(GoldenFile file, string name, Regex pattern, double otherwise) =>
        file.Json.TryGetProperty("tolerances", out var all) && all.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String
        && pattern.Match(text.GetString()!) is { Success: true } match
            ? double.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture)
            : otherwise;

    [GeneratedRegex(@"abs (?<number>[\d.e-]+)\*max", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex StepsPattern();

    [GeneratedRegex(@"max abs (?<number>[\d.e-]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LargestPattern();

    [GeneratedRegex(@"mean abs (?<number>[\d.e-]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MeanPattern();
}
