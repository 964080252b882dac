using Brownian.Cli.Previews;
using Brownian.Data;
using Brownian.Paths;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Cli.Quickstarts;

/// <summary>Training images on their way to noise: the process that the model learns to undo.</summary>
internal static class ForwardProcess
{
    private const int Steps = 32;

    /// <param name="set">Where the images come from.</param>
    /// <param name="path">The forward process.</param>
    /// <param name="indices">Which images.</param>
    /// <returns>Clean first, [N, C, H, W] each, for the caller's scope.</returns>
    public static IReadOnlyList<Tensor> Frames(IImageDataset set, GaussianPath path, IReadOnlyList<int> indices)
    {
        var x0 = cat(indices.Select(index => ImageCodec.ToTensor(DatasetPreview.Read(set, index))).ToArray(), 0);
        using var random = new RandomStream(0, 0x666F_7277);
        var noise = random.NormalLike(x0);

        // The same noise at every level: the picture drowns, instead of flickering.
        return [.. new Linspace().Levels(path, Steps).Reverse().Select(level => level.Alpha * x0 + level.Sigma * noise)];
    }
}
