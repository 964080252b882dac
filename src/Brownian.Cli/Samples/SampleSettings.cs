using Brownian.Checkpoints;
using Brownian.Guidance;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Cli.Samples;

/// <summary>What to sample from a loaded model, every default filled in.</summary>
internal sealed record SampleSettings
{
    public required string Sampler { get; init; }

    /// <summary>Numbers of the sampler by name; null for its own.</summary>
    public SamplerSettings? Options { get; init; }

    public required string Spacing { get; init; }

    public required int Steps { get; init; }

    public required double Guidance { get; init; }

    public double? Clip { get; init; }

    public required ulong Seed { get; init; }

    public required int Count { get; init; }

    public required int BatchSize { get; init; }

    /// <summary>The label of each picture; null for an unconditional model.</summary>
    public IReadOnlyList<long>? Labels { get; init; }

    public bool Trajectory { get; init; }

    /// <summary>The model's own settings, and over them what the user chose. A sampler brings its own steps, options and, if it suits the path, spacing.</summary>
    public static SampleSettings For(
        ModelBundle bundle, string? sampler, string? spacing, int? steps, double? guidance, SamplerSettings? options = null)
    {
        var usual = bundle.Sampling;
        var row = SamplerCatalog.FindRow(sampler ?? usual.Sampler);
        var own = sampler is null ? usual.Spacing : Suits(row.Spacing, bundle.Model.Path) ? NameOf(row.Spacing) : RecommendedSampling.For(bundle.Model.Path).Spacing;
        return new()
        {
            Sampler = row.Names[0],
            Options = Over(sampler is null ? usual.Options : null, options, row.Sampler),
            Spacing = NameOf(SpacingCatalog.Find(spacing ?? own)),
            Steps = steps ?? (sampler is null ? usual.Steps : row.Steps),
            Guidance = guidance ?? (bundle.NullLabel is null ? 1 : usual.Guidance),
            Clip = usual.Clip,
            Seed = 0,
            Count = 1,
            BatchSize = 1,
        };
    }

    /// <summary>The settings that a picture was made with.</summary>
    public static SampleSettings Of(SampleRecord record) => new()
    {
        Sampler = record.Sampler,
        Options = record.Options,
        Spacing = record.Spacing,
        Steps = record.Steps,
        Guidance = record.Guidance,
        Clip = record.Clip,
        Seed = record.Seed,
        Count = record.Count,
        BatchSize = record.BatchSize,
        Labels = record.Labels,
    };

    /// <summary>Samples batch by batch. Each batch is the caller's.</summary>
    public IEnumerable<Generated> Run(ModelBundle bundle, Action<GenerateStep>? onStep, CancellationToken cancellation)
    {
        using var labels = Labels is null ? null : tensor(Labels.ToArray(), dtype: ScalarType.Int64);
        using var any = labels is not null && Guidance != 1 ? full_like(labels, bundle.NullLabel!.Value) : null;
        var request = new GenerateRequest
        {
            Shape = [bundle.Image.Channels, bundle.Image.Height, bundle.Image.Width],
            Count = Count,
            BatchSize = BatchSize,
            Seed = Seed,
            Sampler = SamplerOptions.Apply(SamplerCatalog.Find(Sampler), Options),
            Spacing = SpacingCatalog.Find(Spacing),
            Steps = Steps,
            Guidance = Guidance,
            Condition = labels is null ? null : new Condition { Labels = labels },
            Unconditional = any is null ? null : new Condition { Labels = any },
            Thresholding = Clip is { } range ? new Thresholding { Range = range } : null,
            Trajectory = Trajectory,
        };
        foreach (var batch in Generate.Batches(bundle.Model, request, onStep, cancellation))
        {
            yield return bundle.Codec is { } codec ? batch.Decoded(codec) : batch;
        }
    }

    /// <summary>What a picture of this run carries.</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="model">Its folder.</param>
    /// <param name="raw">Whether raw weights were used.</param>
    public SampleRecord Record(ModelBundle bundle, string model, bool raw)
    {
        var device = bundle.Model.Network.parameters().First().device_type;
        return new()
        {
            Version = CommandLine.Version,
            Torch = torch.__version__,
            Model = model,
            ModelSha256 = bundle.WeightsSha256() ?? "",
            Raw = raw,
            Sampler = Sampler,
            Options = Options,
            Spacing = Spacing,
            Steps = Steps,
            Guidance = Guidance,
            Clip = Clip,
            Labels = Labels,
            Class = Labels?.Distinct().ToArray() is [var label] && label < bundle.ClassNames?.Count ? bundle.ClassNames[(int)label] : null,
            Seed = Seed,
            Precision = bundle.Model.Network.ComputeType.ToString().ToLowerInvariant(),
            Device = device == DeviceType.CPU ? "cpu" : "cuda",
            BatchSize = BatchSize,
            Count = Count,
            Channels = bundle.Image.Channels,
            Height = bundle.Image.Height,
            Width = bundle.Image.Width,
        };
    }

    private static SamplerSettings? Over(SamplerSettings? usual, SamplerSettings? chosen, Sampler sampler)
    {
        var both = new SamplerSettings();
        foreach (var (name, value) in (usual ?? []).Concat(chosen ?? []))
        {
            both[name.Replace('-', '_')] = value;
        }

        // A wrong name or number is found before the model runs.
        _ = SamplerOptions.Apply(sampler, both);
        return both.Count == 0 ? null : both;
    }

    /// <summary>Spacings in σ/α waste their steps where it begins at 20 000, as the cosine schedule's, or at ∞.</summary>
    private static bool Suits(ISpacing spacing, GaussianPath path) => !(spacing is Karras or Exponential && path.Noisiest.IsPureNoise);

    private static string NameOf(ISpacing spacing) =>
        SpacingCatalog.All.FirstOrDefault(row => row.Spacing.Equals(spacing))?.Names[0] ?? SpacingCatalog.All[0].Names[0];
}
