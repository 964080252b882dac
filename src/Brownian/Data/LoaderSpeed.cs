using System.Diagnostics;

namespace Brownian.Data;

/// <summary>How fast a <see cref="Loader"/> gives batches when nothing else is done with them.</summary>
/// <param name="ImagesPerSecond">Images a second of time.</param>
/// <param name="ImagesPerProcessorSecond">Images a second of one processor core, all threads counted: what loading costs a training run.</param>
public sealed record LoaderSpeed(double ImagesPerSecond, double ImagesPerProcessorSecond)
{
    /// <summary>Measures for about <paramref name="duration"/>, after a warm-up of a quarter of it. Other work of this process counts as loading.</summary>
    /// <param name="dataset">The images.</param>
    /// <param name="options">Batch size, threads, augmentation; <see cref="LoaderOptions.Epochs"/> is ignored.</param>
    /// <param name="duration">How long to measure.</param>
    public static LoaderSpeed Measure(IImageDataset dataset, LoaderOptions options, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var loader = new Loader(dataset, options with { Epochs = null });
        Take(loader, duration / 4);
        var (clock, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var images = Take(loader, duration);
        return new(images / clock.Elapsed.TotalSeconds, images / (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
    }

    private static long Take(Loader loader, TimeSpan duration)
    {
        var (clock, images) = (Stopwatch.StartNew(), 0L);
        while (clock.Elapsed < duration)
        {
            using var batch = loader.Next()!;
            images += batch.Count;
        }

        return images;
    }
}
