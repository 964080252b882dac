using Brownian.Checkpoints;
using Brownian.Cli.Previews;
using Brownian.Data;
using Brownian.Evaluation;
using static TorchSharp.torch;

namespace Brownian.Cli.Evaluations;

/// <summary>What is known of a set of images, one row for each.</summary>
/// <param name="Features">[N, D].</param>
/// <param name="Logits">[N, K], for the inception score; null where there are none.</param>
/// <param name="Kind">What the features are, in a word.</param>
internal sealed record FeatureInput(Tensor Features, Tensor? Logits, string Kind)
{
    private const int BatchSize = 32;

    /// <summary>Whether a path is a features file.</summary>
    public static bool IsFile(string source) => File.Exists(source) && source.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);

    /// <summary>The tensors <c>features</c>, [N, D], and <c>logits</c>, [N, K], of a safetensors file; the second may be missing.</summary>
    /// <exception cref="UsageException">There are no features.</exception>
    public static FeatureInput Read(string path)
    {
        using var file = SafetensorsFile.Open(path);
        return file.Contains("features") ? new(file.Read("features"), file.Contains("logits") ? file.Read("logits") : null, "features") : throw new UsageException(
            $"{path}: expected a tensor 'features', [N, D], one row for each image; the file has {string.Join(", ", file.Keys.Take(5))}.");
    }

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
        Features = Features.narrow(0, 0, Math.Min(count, Features.size(0))),
        Logits = Logits?.narrow(0, 0, Math.Min(count, Logits.size(0))),
    };
}
