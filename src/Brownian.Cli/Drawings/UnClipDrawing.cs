using Brownian.Checkpoints;
using Brownian.Cli.Samples;
using Brownian.Data;
using Brownian.Tasks;
using TorchSharp;

namespace Brownian.Cli.Drawings;

/// <summary>Pictures of unCLIP, each with the record that makes it again.</summary>
/// <param name="model">Its networks.</param>
/// <param name="whole">The record of all pictures; steps and guidance are the decoder's.</param>
internal sealed class UnClipDrawing(UnClipModel model, SampleRecord whole)
{
    private static readonly UnClipRequest Usual = new();

    /// <summary>The record of all pictures.</summary>
    public SampleRecord Whole => whole;

    /// <summary>Whether a folder is one of unCLIP.</summary>
    public static bool Knows(string folder) =>
        File.Exists(Path.Combine(folder, "model_index.json")) && UnClipModel.Handles(PipelineFolder.Open(folder).ClassName);

    /// <summary>The SHA-256 of the weights that a record names: the decoder's.</summary>
    public static string Hash(string folder) => PipelineFolder.Open(folder).WeightsSha256("decoder");

    /// <summary>A drawing with every default filled in.</summary>
    /// <exception cref="UsageException">unCLIP cannot do what is wished.</exception>
    public static UnClipDrawing Of(UnClipModel model, string folder, DrawWish wish, DrawChoices choices)
    {
        if (wish.Negative is not null || wish.Mask is not null || wish.Strength is not null || wish.Size is not null
            || choices.Sampler is not null || choices.Spacing is not null || choices.Options is { Count: > 0 })
        {
            throw new UsageException("--negative, --mask, --strength, --size, --sampler, --option and --spacing: unCLIP has none of these. Leave them out.");
        }

        if (wish.Prompt is not null == wish.Image is not null)
        {
            throw new UsageException("sample: unCLIP draws what a text says or varies a picture. Give --prompt or --image, one of them.");
        }

        if (wish.Prompt is not null ? model.Prior is null : model.Vision is null)
        {
            throw new UsageException(wish.Prompt is not null
                ? "--prompt: the folder has no prior and only varies pictures. Give --image."
                : "--image: the folder has no image encoder and only draws what texts say. Give --prompt.");
        }

        var decoder = model.Decoder.Model.Network;
        var shape = model.Enlarger.Shape;
        return new(model, new()
        {
            Version = CommandLine.Version,
            Torch = torch.__version__,
            Model = Path.GetFullPath(folder),
            ModelSha256 = Hash(folder),
            Sampler = Drawing.FromFolder,
            Spacing = Drawing.FromFolder,
            Steps = choices.Steps ?? Usual.DecoderSteps,
            Guidance = choices.Guidance ?? Usual.DecoderGuidance,
            Seed = choices.Seed,
            Precision = decoder.ComputeType.ToString().ToLowerInvariant(),
            Device = decoder.parameters().First().device_type == DeviceType.CPU ? "cpu" : "cuda",
            BatchSize = Math.Min(choices.BatchSize, choices.Count),
            Count = choices.Count,
            Channels = (int)shape[0],
            Height = (int)shape[1],
            Width = (int)shape[2],
            Drawing = wish,
        });
    }

    /// <summary>Draws batch by batch: the pictures and their records.</summary>
    public IEnumerable<(Picture Picture, SampleRecord Record)> Run(Action<GenerateStep>? onStep, CancellationToken cancellation)
    {
        using var picture = whole.Drawing!.Image is { } file
            ? model.Pixels!.ToTensor([ImageCodec.Load(file.Path, new DatasetOptions { Channels = 3 })]).DetachFromDisposeScope()
            : null;
        var request = Usual with
        {
            Text = whole.Drawing.Prompt ?? "",
            Picture = picture,
            Count = whole.Count,
            BatchSize = whole.BatchSize,
            Seed = whole.Seed,
            PriorSteps = whole.Steps,
            DecoderSteps = whole.Steps,
            DecoderGuidance = whole.Guidance,
        };
        foreach (var batch in GenerateUnClip.Batches(model, request, moment => onStep?.Invoke(Step(request, moment)), cancellation))
        {
            using (batch)
            {
                var size = (int)batch.Samples.size(0);
                foreach (var (i, made) in ImageCodec.FromTensor(batch.Samples).Index())
                {
                    yield return (made, whole with { Seed = whole.Seed + (ulong)(batch.First + i), BatchSize = size, BatchIndex = i, Count = 1 });
                }
            }
        }
    }

    // The steps of all chains in one row.
    private static GenerateStep Step(UnClipRequest request, UnClipMoment moment)
    {
        var prior = request.Picture is null ? request.PriorSteps : 0;
        var before = moment.Stage switch { UnClipStage.Prior => 0, UnClipStage.Decoder => prior, _ => prior + request.DecoderSteps };
        return new(moment.First, before + moment.Step, prior + request.DecoderSteps + request.EnlargerSteps, default, moment.Data, moment.Data);
    }
}
