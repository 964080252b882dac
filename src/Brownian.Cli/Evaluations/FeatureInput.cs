using Brownian.Checkpoints;
using Brownian.Cli.Live;
using Brownian.Cli.Previews;
using Brownian.Data;
using Brownian.Evaluation;
using static TorchSharp.torch;

namespace Brownian.Cli.Evaluations;

/// <summary>What is known of a set of images, one row for each.</summary>
/// <param name="Features">[N, D]; null where only their moments are known.</param>
/// <param name="Logits">[N, K], for the inception score; null where there are none.</param>
/// <param name="Kind">What the features are, in a word.</param>
internal sealed record FeatureInput(Tensor? Features, Tensor? Logits, string Kind) : IDisposable
{
    private const int BatchSize = 32;
    private static readonly string[] Endings = [".safetensors", ".npz", ".pt", ".pth"];

    /// <summary>Mean and covariance that another program computed; null where there are features.</summary>
    public FeatureMoments? Moments { get; init; }

    /// <summary>What there is, in words.</summary>
    public string Extent => Features is { } features ? Words.Counted(features.size(0), "image") : "given moments";

    /// <summary>D.</summary>
    public long Width => Features?.size(1) ?? Moments!.Width;

    /// <summary>Whether a path is a features file.</summary>
    public static bool IsFile(string source) => File.Exists(source) && Endings.Contains(Path.GetExtension(source).ToLowerInvariant());

    /// <summary>
    /// The tensors <c>features</c>, [N, D], and <c>logits</c>, [N, K], of a file, the second of which may be missing; or pytorch-fid's <c>mu</c>, [D], and
    /// <c>sigma</c>, [D, D].
    /// </summary>
    /// <exception cref="UsageException">There are neither.</exception>
    public static FeatureInput Read(string path)
    {
        using var file = TensorFile.Open(path);
        if (file.Contains("features"))
        {
            return new(file.Read("features"), file.Contains("logits") ? file.Read("logits") : null, "features");
        }

        if (file.Contains("mu") && file.Contains("sigma"))
        {
            return new(null, null, "features") { Moments = FeatureMoments.From(file.Read("mu"), file.Read("sigma")) };
        }

        throw new UsageException(
            $"{path}: expected a tensor 'features', [N, D], one row for each image, or 'mu', [D], and 'sigma', [D, D]; the file has {string.Join(", ", file.Keys.Take(5))}.");
    }

    /// <summary>Mean and covariance, given or computed. The caller owns them.</summary>
    public FeatureMoments ToMoments()
    {
        using var scope = NewDisposeScope();
        return Moments is { } given ? FeatureMoments.From(given.Mean(), given.Covariance()) : FeatureMoments.Of(Features!);
    }

    /// <summary>The features.</summary>
    /// <exception cref="UsageException">Only their moments are known.</exception>
    public Tensor Rows(string metric) => Features ?? throw new UsageException(
        $"{metric}: expected the features of every image; mean and covariance are enough for fid only. Give a file with a tensor 'features', [N, D].");

    /// <inheritdoc/>
    public void Dispose() => Moments?.Dispose();

    /// <summary>The pixels of the images of a set, [N, C·H·W] in [0, 1].</summary>
    public static FeatureInput Pixels(IImageDataset set, int count)
    {
        using var scope = NewDisposeScope();
        var pixels = Enumerable.Range(0, count).Select(i => tensor(DatasetPreview.Read(set, i).Pixels)).ToArray();
        return new((stack(pixels, 0).to(ScalarType.Float32) / 255).MoveToOuterDisposeScope(), null, "pixels");
    }

    /// <summary>What Inception says about the images of a set.</summary>
    public static FeatureInput Inception(IImageDataset set, int count, InceptionV3 network, Action<int> onImage, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var parts = new List<(Tensor Features, Tensor Logits)>();
        for (var first = 0; first < count; first += BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            using var part = NewDisposeScope();
            var batch = Enumerable.Range(first, Math.Min(BatchSize, count - first)).Select(i => tensor(DatasetPreview.Read(set, i).Pixels).reshape(3, set.Height, set.Width));
            var output = network.call(stack([.. batch], 0));
            parts.Add((output.Features.MoveToOuterDisposeScope(), output.Unbiased.MoveToOuterDisposeScope()));
            onImage(Math.Min(first + BatchSize, count));
        }

        var (features, logits) = (cat([.. parts.Select(p => p.Features)], 0), cat([.. parts.Select(p => p.Logits)], 0));
        return new(features.MoveToOuterDisposeScope(), logits.MoveToOuterDisposeScope(), "Inception features");
    }

    /// <summary>The first images only.</summary>
    public FeatureInput First(int count) => this with
    {
        Features = Features?.narrow(0, 0, Math.Min(count, Features.size(0))),
        Logits = Logits?.narrow(0, 0, Math.Min(count, Logits.size(0))),
    };
}
