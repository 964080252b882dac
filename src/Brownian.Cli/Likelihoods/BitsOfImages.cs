using Brownian.Checkpoints;
using Brownian.Cli.Previews;
using Brownian.Data;
using Brownian.Objectives;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Cli.Likelihoods;

/// <summary>What images of bits cost, beside what they cost without knowing how pixels hang together.</summary>
/// <param name="Images">How many images.</param>
/// <param name="Pixels">Bits of an image.</param>
/// <param name="PerImage">The variational bound, in bits an image.</param>
/// <param name="StandardError">Of <paramref name="PerImage"/>, over the images.</param>
/// <param name="Factorised">Bits an image if each pixel is only known by its frequency in the training images.</param>
/// <param name="Calls">Network calls for each image.</param>
internal sealed record BitsOfImages(int Images, int Pixels, double PerImage, double StandardError, double Factorised, int Calls)
{
    private const int ForFrequencies = 5000, Batch = 64;

    /// <exception cref="ArgumentException">The model is not one of bits.</exception>
    public static BitsOfImages Of(ModelBundle bundle, IImageDataset images, IImageDataset train, int count, ulong seed, CancellationToken cancellation)
    {
        var path = bundle.Model.Path as BernoulliPath ?? throw new ArgumentException(
            $"bound: expected a model of bits (path bernoulli); got {bundle.Model.Path.GetType().Name}. For other models use `{ProgramName.Call} likelihood`.");
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(seed);
        var device = bundle.Model.Network.parameters().First().device;
        var shown = Math.Min(count, images.Count);
        var each = new List<double>();
        for (var first = 0; first < shown; first += Batch)
        {
            using var inner = NewDisposeScope();
            var x0 = Read(images, first, Math.Min(Batch, shown - first)).to(device);
            each.AddRange(BinomialBoundValue.Of(bundle.Model.Bind(Labels(bundle, images, first, x0)), path, x0, noise, cancellation).Images);
        }

        var whole = new BinomialBoundValue(0, [each.Average()], each);
        return new(
            shown, images.Channels * images.Height * images.Width, whole.Total / Math.Log(2), whole.StandardError / Math.Log(2),
            Independent(Read(images, 0, shown), Read(train, 0, Math.Min(ForFrequencies, train.Count))) / Math.Log(2), path.Count);
    }

    // A model that knows classes is told "any"; one that has no such label is told the truth.
    private static Condition? Labels(ModelBundle bundle, IImageDataset images, int first, Tensor x0) => bundle.ClassCount is null ? null : new()
    {
        Labels = tensor(Enumerable.Range(first, (int)x0.size(0)).Select(i => bundle.NullLabel ?? images.Label(i) ?? 0L).ToArray(), device: x0.device),
    };

    private static Tensor Read(IImageDataset set, int first, int count) =>
        BinomialBound.BitsOf(cat(Enumerable.Range(first, count).Select(i => ImageCodec.ToTensor(DatasetPreview.Read(set, i))).ToArray(), 0));

    /// <summary>Nats an image under independent pixels; one image of either kind is added, so that no pixel is sure.</summary>
    private static double Independent(Tensor x0, Tensor train)
    {
        var share = (train.gt(0).to(ScalarType.Float64).sum(0) + 1) / (train.size(0) + 2);
        var on = x0.gt(0).to(ScalarType.Float64);
        return -(on * share.log() + (1 - on) * (1 - share).log()).sum().item<double>() / x0.size(0);
    }
}
