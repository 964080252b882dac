using static TorchSharp.torch;

namespace Brownian.Data;

/// <summary>One batch of a <see cref="Loader"/>. Its tensors belong to the scope they were taken in; <see cref="Dispose"/> frees them earlier.</summary>
public sealed class Batch : IDisposable
{
    internal Batch(Tensor images, Tensor? labels, string?[]? captions, int[] indices, long position)
    {
        Images = images;
        Labels = labels;
        Captions = captions;
        Indices = indices;
        Position = position;
    }

    /// <summary>The images, [N, C, H, W] float32 in [−1, 1], on the CPU.</summary>
    public Tensor Images { get; }

    /// <summary>The classes, [N] int64; null when the set has none.</summary>
    public Tensor? Labels { get; }

    /// <summary>The captions; null when the set has none.</summary>
    public IReadOnlyList<string?>? Captions { get; }

    /// <summary>Which images of the set these are.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>The number of this batch, from 0: a loader started at <c>Position + 1</c> goes on exactly after it.</summary>
    public long Position { get; }

    /// <summary>The number of images.</summary>
    public int Count => Indices.Count;

    /// <inheritdoc/>
    public void Dispose()
    {
        Images.Dispose();
        Labels?.Dispose();
    }
}
