namespace Brownian.Data;

/// <summary>How a <see cref="Loader"/> batches, orders and augments.</summary>
public sealed record LoaderOptions
{
    /// <summary>Images in a batch.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Names the order of the images and their augmentation.</summary>
    public ulong Seed { get; init; }

    /// <summary>A new random order each epoch; otherwise the set's own order.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Mirror half of the images left to right (not for digits or letters).</summary>
    public bool Flip { get; init; }

    /// <summary>How often the set is gone through, the last batch being the rest; null for no end (batches then run on across epochs, always full).</summary>
    public int? Epochs { get; init; }

    /// <summary>Batches prepared ahead: the bound on memory, <c>Prefetch × BatchSize × C × H × W</c> bytes.</summary>
    public int Prefetch { get; init; } = 8;

    /// <summary>Threads that read and decode; what is read does not depend on it.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 8);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Prefetch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Workers, 1);
        if (Epochs is { } epochs)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1, nameof(Epochs));
        }
    }
}
