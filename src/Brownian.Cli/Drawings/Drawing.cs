using Brownian.Checkpoints;
using Brownian.Cli.Samples;
using Brownian.Data;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Cli.Drawings;

/// <summary>Pictures of a latent diffusion pipeline, each with the record that makes it again.</summary>
/// <param name="bundle">The pipeline.</param>
/// <param name="whole">The record of all pictures; its sampler and spacing may be <see cref="FromFolder"/>.</param>
internal sealed class Drawing(LatentBundle bundle, SampleRecord whole)
{
    /// <summary>Stands for the folder's own sampler or spacing.</summary>
    public const string FromFolder = "of the folder";

    private const double UsualGuidance = 7.5;
    private const int UsualSteps = 50;

    /// <summary>The record of all pictures.</summary>
    public SampleRecord Whole => whole;

    /// <summary>Whether a folder is one of these pipelines.</summary>
    public static bool Knows(string folder) =>
        File.Exists(Path.Combine(folder, "model_index.json")) && LatentBundle.Knows(PipelineFolder.Open(folder).ClassName);

    /// <summary>A drawing with every default filled in.</summary>
    public static Drawing Of(LatentBundle bundle, DrawWish wish, DrawChoices choices)
    {
        var row = choices.Sampler is null ? null : SamplerCatalog.FindRow(choices.Sampler);
        var (height, width) = wish.Size ?? bundle.Size;

        // A wrong name or number is found before the model runs.
        _ = SamplerOptions.Apply(row?.Sampler ?? bundle.Scheduler.Sampler, choices.Options);
        return new(bundle, new()
        {
            Version = CommandLine.Version,
            Torch = torch.__version__,
            Model = bundle.Folder.Path,
            ModelSha256 = bundle.Folder.WeightsSha256("unet"),
            Sampler = row?.Names[0] ?? FromFolder,
            Spacing = choices.Spacing is { } spacing ? NameOf(spacing) : FromFolder,
            Options = choices.Options is { Count: > 0 } options ? options : null,
            Steps = choices.Steps ?? UsualSteps,
            Guidance = choices.Guidance ?? (bundle.Text is null ? 1 : UsualGuidance),
            Seed = choices.Seed,
            Precision = bundle.Model.Network.ComputeType.ToString().ToLowerInvariant(),
            Device = bundle.Model.Network.parameters().First().device_type == DeviceType.CPU ? "cpu" : "cuda",
            BatchSize = Math.Min(choices.BatchSize, choices.Count),
            Count = choices.Count,
            Channels = 3,
            Height = height,
            Width = width,
            Drawing = wish,
        });
    }

    /// <summary>Errors that teach, before anything is drawn.</summary>
    /// <exception cref="ArgumentException">The pipeline cannot draw what is asked for.</exception>
    public bool Check()
    {
        using var image = Pixels(whole.Drawing!.Image);
        using var mask = Mask(whole.Drawing.Mask);
        Draw.Check(bundle, Request(image, mask));
        return true;
    }

    /// <summary>Draws batch by batch: the pictures and their records.</summary>
    public IEnumerable<(Picture Picture, SampleRecord Record)> Run(Action<GenerateStep>? onStep, CancellationToken cancellation)
    {
        using var image = Pixels(whole.Drawing!.Image)?.DetachFromDisposeScope();
        using var mask = Mask(whole.Drawing.Mask)?.DetachFromDisposeScope();
        foreach (var batch in Draw.Batches(bundle, Request(image, mask), onStep, cancellation))
        {
            using (batch)
            {
                var size = (int)batch.Samples.size(0);
                foreach (var (i, picture) in ImageCodec.FromTensor(batch.Samples).Index())
                {
                    yield return (picture, whole with
                    {
                        Seed = whole.Seed + (ulong)(batch.First + i),
                        BatchSize = size,
                        BatchIndex = i,
                        Count = 1,
                        Height = picture.Height,
                        Width = picture.Width,
                    });
                }
            }
        }
    }

    private DrawRequest Request(Tensor? image, Tensor? mask) => new()
    {
        Prompts = whole.Drawing!.Prompt is { } prompt ? [prompt] : [],
        Negative = whole.Drawing.Negative is { } negative ? [negative] : [],
        Image = image,
        Mask = mask,
        Strength = whole.Drawing.Strength,
        Guidance = whole.Guidance,
        Steps = whole.Steps,
        Count = whole.Count,
        BatchSize = whole.BatchSize,
        Seed = whole.Seed,
        Size = image is null || whole.Drawing.Size is not null ? (whole.Height, whole.Width) : null,
        Sampler = SamplerOptions.Apply(whole.Sampler == FromFolder ? bundle.Scheduler.Sampler : SamplerCatalog.Find(whole.Sampler), whole.Options),
        Spacing = whole.Spacing == FromFolder ? null : SpacingCatalog.Find(whole.Spacing),
    };

    // A wrong name is found before the model runs.
    private static string NameOf(string spacing)
    {
        _ = SpacingCatalog.Find(spacing);
        return spacing;
    }

    private static Tensor? Pixels(InputFile? file) => file is null ? null : ImageCodec.ToTensor(ImageCodec.Load(file.Path, new DatasetOptions { Channels = 3 }));

    private static Tensor? Mask(InputFile? file)
    {
        using var scope = NewDisposeScope();
        return file is null
            ? null
            : ImageCodec.ToTensor(ImageCodec.Load(file.Path, new DatasetOptions { Channels = 1 })).ge(0).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
