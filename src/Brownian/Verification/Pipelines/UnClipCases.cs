using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>
/// Whole runs of diffusers' unCLIP pipelines, from texts and from pictures: noise from the seed (bit-exact), the data after every step of every
/// chain, and the pictures.
/// </summary>
public sealed class UnClipCases : IGoldenKind
{
    private static readonly Dictionary<UnClipStage, string> Schedulers = new()
    {
        [UnClipStage.Prior] = "prior_scheduler",
        [UnClipStage.Decoder] = "decoder_scheduler",
        [UnClipStage.Enlarger] = "super_res_scheduler",
    };

    /// <inheritdoc/>
    public bool Handles(GoldenFile file) => file.IsCase && UnClipModel.Handles(file.Text("cls") ?? "");

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(GoldenFile file)
    {
        var kind = file.Text("cls")!;
        using var scope = NewDisposeScope();
        try
        {
            return [Compare(file, kind)];
        }
        catch (Exception error) when (CaseFault.Is(error) || error is NotSupportedException)
        {
            return [CaseResult.Failed(file.Name, kind, error.Message.ReplaceLineEndings(" "))];
        }
    }

    private static CaseResult Compare(GoldenFile file, string kind)
    {
        var comparison = new Comparison();
        using var io = SafetensorsFile.Open(Path.Combine(file.Folder, "io.safetensors"));
        using var model = UnClipModel.Load(Path.Combine(file.Folder, "pipeline"), asDiffusers: true);
        foreach (var run in file.Json.GetProperty("runs").EnumerateObject())
        {
            using var scope = NewDisposeScope();
            Compare(run, model, io, file, comparison);
        }

        return comparison.Result(file.Name, kind);
    }

    private static void Compare(JsonProperty run, UnClipModel model, SafetensorsFile io, GoldenFile file, Comparison comparison)
    {
        var (name, settings) = (run.Name, run.Value);
        using var noise = new RecordedNoise(name, settings.GetProperty("seed").GetUInt64(), io, comparison);
        var share = PipelineCases.StepsTolerance(file);
        var picture = GenerateUnClip.Batch(model, Request(settings, model, file.Folder), 0, Count(settings), noise, Step, CancellationToken.None);
        noise.CheckAllUsed(0);
        PipelineCases.ComparePicture(name, (picture / 2 + 0.5).permute(0, 2, 3, 1), io, file, comparison);

        void Step(UnClipMoment moment)
        {
            var key = $"{name}.steps.{Schedulers[moment.Stage]}";
            if (io.Contains(key))
            {
                var reference = io.Read(key)[moment.Step - 1];
                comparison.Elements($"{key}[{moment.Step - 1}]", moment.Data, reference, share * reference.abs().max().item<float>(), 0);
            }
        }
    }

    private static UnClipRequest Request(JsonElement settings, UnClipModel model, string folder)
    {
        var usual = new UnClipRequest();
        int Steps(string field, int otherwise) => settings.TryGetProperty(field, out var value) ? value.GetInt32() : otherwise;
        double Scale(string field, double otherwise) => settings.TryGetProperty(field, out var value) ? value.GetDouble() : otherwise;
        return usual with
        {
            Text = settings.TryGetProperty("prompt", out var text) ? text.GetString()! : "",
            Picture = settings.TryGetProperty("inputs", out var picture) ? model.Pixels!.ToTensor([ImageCodec.Load(Path.Combine(folder, picture.GetString()!))]) : null,
            PriorSteps = Steps("prior_steps", usual.PriorSteps),
            DecoderSteps = Steps("decoder_steps", usual.DecoderSteps),
            EnlargerSteps = Steps("super_res_steps", usual.EnlargerSteps),
            PriorGuidance = Scale("prior_guidance_scale", usual.PriorGuidance),
            DecoderGuidance = Scale("decoder_guidance_scale", usual.DecoderGuidance),
        };
    }

    private static int Count(JsonElement settings) => settings.TryGetProperty("num_images_per_prompt", out var count) ? count.GetInt32() : 1;
}
