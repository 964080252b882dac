using Brownian.Checkpoints;
using Brownian.Guidance;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Cli.Samples;

/// <summary>The reverse chain of a model, each step multiplied with what is known of an image.</summary>
/// <param name="bundle">The model.</param>
/// <param name="image">The image, [1, C, H, W].</param>
/// <param name="keep">Where it is known, [1, 1, H, W].</param>
/// <param name="deviation">How wrong it may be there.</param>
internal sealed class Filling(ModelBundle bundle, Tensor image, Tensor keep, double deviation)
{
    private const int UsualSteps = 250;

    public int? Steps { get; init; }

    public ulong Seed { get; init; }

    public IReadOnlyList<long>? Labels { get; init; }

    /// <summary>Fillings, [count, C, H, W].</summary>
    public Tensor Run(int count, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var known = new ObservedPixels(image.to(Device), keep.to(Device), deviation);
        using var generated = Generate.Run(bundle.Model, new()
        {
            Shape = [bundle.Image.Channels, bundle.Image.Height, bundle.Image.Width],
            Count = count,
            BatchSize = Math.Min(count, 16),
            Seed = Seed,
            Sampler = Chain(known),
            Spacing = new Linspace(),
            Steps = Steps ?? UsualSteps,
            Condition = Labels is null ? null : new() { Labels = tensor(Labels.ToArray()) },
            Thresholding = bundle.Sampling.Clip is { } range ? new Thresholding { Range = range } : null,
        }, null, cancellation);
        return generated.Samples.alias().MoveToOuterDisposeScope();
    }

    private Device Device => bundle.Model.Network.parameters().First().device;

    private Sampler Chain(ObservedPixels known)
    {
        var usual = SamplerCatalog.Find(bundle.Sampling.Sampler);
        return bundle.Model.Path is Paths.BernoulliPath ? new BinomialAncestral { Times = known }
            : usual is Ancestral own ? own with { Times = known }
            : new Ancestral { Times = known };
    }
}
