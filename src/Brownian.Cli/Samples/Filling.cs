using Brownian.Checkpoints;
using Brownian.Guidance;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Cli.Samples;

/// <summary>The unknown part of an image, drawn from a model that keeps to the known part.</summary>
/// <param name="bundle">The model.</param>
/// <param name="image">The image, [1, C, H, W].</param>
/// <param name="keep">Where it is known, [1, 1, H, W]: 1; elsewhere 0.</param>
internal sealed class Filling(ModelBundle bundle, Tensor image, Tensor keep)
{
    private const int StepsOfProduct = 250, StepsOfRePaint = 50;

    /// <summary>The reverse chain times what is known (Sohl-Dickstein et al. 2015), and not RePaint's jumps; bits always are filled so.</summary>
    public bool IsProduct { get; init; }

    /// <summary>How wrong the image may be where it is known; products only.</summary>
    public double Deviation { get; init; }

    public int? Steps { get; init; }

    /// <summary>Levels of one of RePaint's jumps.</summary>
    public int JumpLength { get; init; } = 10;

    /// <summary>How often RePaint walks each part down.</summary>
    public int JumpSamples { get; init; } = 3;

    public ulong Seed { get; init; }

    public IReadOnlyList<long>? Labels { get; init; }

    public double Guidance { get; init; } = 1;

    /// <summary>Fillings, [count, C, H, W].</summary>
    public Tensor Run(int count, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var labels = Labels is null ? null : tensor(Labels.ToArray());
        var (sampler, spacing, steps) = Method();
        using var generated = Generate.Run(bundle.Model, new()
        {
            Shape = [bundle.Image.Channels, bundle.Image.Height, bundle.Image.Width],
            Count = count,
            BatchSize = Math.Min(count, 16),
            Seed = Seed,
            Sampler = sampler,
            Spacing = spacing,
            Steps = steps,
            Guidance = labels is null ? 1 : Guidance,
            Condition = labels is null ? null : new() { Labels = labels },
            Unconditional = labels is null || bundle.NullLabel is not { } any ? null : new() { Labels = full_like(labels, any) },
            Thresholding = bundle.Sampling.Clip is { } range ? new Thresholding { Range = range } : null,
        }, null, cancellation);
        return generated.Samples.alias().MoveToOuterDisposeScope();
    }

    private (Sampler Sampler, ISpacing Spacing, int Steps) Method()
    {
        var device = bundle.Model.Network.parameters().First().device;
        var (known, mask) = (image.to(device), keep.to(device));
        if (bundle.Model.Path is BernoulliPath || IsProduct)
        {
            return (Product(new(known, mask, Deviation)), new Linspace(), Steps ?? StepsOfProduct);
        }

        // A spacing that fits the path: σ of EDM falls too fast for even times.
        var levels = SpacingCatalog.Find(RecommendedSampling.For(bundle.Model.Path).Spacing);
        return (new RePaint { Known = new(known, mask) }, new Jumps(levels, JumpLength, JumpSamples), Steps ?? StepsOfRePaint);
    }

    private Sampler Product(ObservedPixels known)
    {
        var usual = SamplerCatalog.Find(bundle.Sampling.Sampler);
        return bundle.Model.Path is BernoulliPath ? new BinomialAncestral { Times = known }
            : usual is Ancestral own ? own with { Times = known }
            : new Ancestral { Times = known };
    }
}
