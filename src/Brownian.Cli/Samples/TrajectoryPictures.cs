using Brownian.Data;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Cli.Samples;

/// <summary>A walk through noise levels: as a strip (a row for each sample, time to the right) and as an animation.</summary>
internal static class TrajectoryPictures
{
    private const int Columns = 9;
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(90);
    private static readonly TimeSpan Still = TimeSpan.FromSeconds(1.5);

    /// <summary>The data after each step, noise first.</summary>
    public static IReadOnlyList<Tensor> Data(IReadOnlyList<GenerateFrame> frames) => [.. frames.Select(frame => frame.Xt)];

    /// <param name="frames">The same samples at one level after the other, each [N, C, H, W].</param>
    /// <param name="rows">How many of the samples are shown.</param>
    public static Picture Strip(IReadOnlyList<Tensor> frames, int rows)
    {
        var columns = Math.Min(Columns, frames.Count);
        var shown = Enumerable.Range(0, columns).Select(i => Shown(frames[i * (frames.Count - 1) / Math.Max(1, columns - 1)])).ToArray();
        var cells = from row in Enumerable.Range(0, Math.Min(rows, shown[0].Count)) from frame in shown select frame[row];
        return ImageGrid.Tile([.. cells], columns, zoom: Zoom(shown[0][0]));
    }

    /// <summary>A looping animation that rests at its end.</summary>
    public static byte[] Animation(IReadOnlyList<Tensor> frames, int columns)
    {
        var pictures = frames.Select(frame => Shown(frame)).Select(p => ImageGrid.Tile(p, columns, zoom: Zoom(p[0])));
        return ImageCodec.EncodeAnimatedWebp([.. pictures.Select((picture, i) => (picture, i == frames.Count - 1 ? Still : Frame))]);
    }

    /// <summary>Small pictures are drawn with large pixels.</summary>
    public static int Zoom(Picture picture) => Math.Clamp(96 / picture.Width, 1, 4);

    // Far from the data the numbers are large: each frame is scaled so that three standard deviations fit.
    private static IReadOnlyList<Picture> Shown(Tensor frame)
    {
        using var scope = NewDisposeScope();
        var bound = Math.Max(1, 3 * frame.std().item<float>() / 2);
        return ImageCodec.FromTensor(frame / bound);
    }
}
