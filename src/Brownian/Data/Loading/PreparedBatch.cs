using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Brownian.Data;

/// <summary>
/// A batch as bytes, filled by a worker and used again and again. It becomes a tensor on the consumer's thread, because a tensor made
/// elsewhere would belong to no scope.
/// </summary>
internal sealed class PreparedBatch
{
    private const ulong Augmentation = 0x4155474D454E54;
    private byte[] pixels = [];
    private int[] indices = [];

    public ExceptionDispatchInfo? Error { get; set; }

    public void Fill(IImageDataset dataset, int count, long firstSample, LoaderOptions options, ShuffleOrder order)
    {
        var size = dataset.Channels * dataset.Height * dataset.Width;
        if (pixels.Length < count * size)
        {
            pixels = GC.AllocateUninitializedArray<byte>(count * size);
        }

        indices = new int[count];
        for (var i = 0; i < count; i++)
        {
            var sample = firstSample + i;
            var key = RandomStream.StateOf(options.Seed, [Augmentation, (ulong)sample]);
            var image = pixels.AsSpan(i * size, size);
            indices[i] = ReadOrNext(dataset, order.At(sample), key, image);
            if (options.Flip && (RandomStream.Mix(key) & 1) == 1)
            {
                Mirror(image, dataset.Width);
            }
        }
    }

    public Batch ToBatch(IImageDataset dataset, long position)
    {
        var images = empty([indices.Length, dataset.Channels, dataset.Height, dataset.Width], ScalarType.Float32);
        var numbers = MemoryMarshal.Cast<byte, float>(images.bytes);
        PixelScale.ToUnit(pixels.AsSpan(0, numbers.Length), numbers);
        return new Batch(images, Labels(dataset), Captions(dataset), indices, position);
    }

    /// <summary>Reads an image, or the first readable one after it: which one is a matter of the files alone.</summary>
    private static int ReadOrNext(IImageDataset dataset, int index, ulong key, Span<byte> image)
    {
        for (var tried = 1; ; tried++)
        {
            try
            {
                dataset.Read(index, key, image);
                return index;
            }
            catch (UnreadableImageException) when (tried < dataset.Count)
            {
                index = (index + 1) % dataset.Count;
            }
        }
    }

    private static void Mirror(Span<byte> image, int width)
    {
        for (var row = 0; row < image.Length; row += width)
        {
            image.Slice(row, width).Reverse();
        }
    }

    private Tensor? Labels(IImageDataset dataset)
    {
        var labels = new long[indices.Length];
        for (var i = 0; i < labels.Length; i++)
        {
            if (dataset.Label(indices[i]) is not { } label)
            {
                return null;
            }

            labels[i] = label;
        }

        return tensor(labels);
    }

    private string?[]? Captions(IImageDataset dataset)
    {
        var captions = Array.ConvertAll(indices, dataset.Caption);
        return Array.TrueForAll(captions, caption => caption is null) ? null : captions;
    }
}
