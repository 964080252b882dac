using Brownian.Data;

namespace Brownian.Training;

/// <summary>Batches of a data set in random order, prepared ahead by a <see cref="Loader"/>.</summary>
internal sealed class DatasetBatches(IImageDataset dataset, LoaderOptions options, bool withLabels) : IBatchSource, IDisposable
{
    private Loader? loader;

    /// <inheritdoc/>
    public TrainingBatch At(long position)
    {
        if (loader?.Position != position)
        {
            loader?.Dispose();
            loader = new Loader(dataset, options, position);
        }

        var batch = loader.Next()!;
        return new(batch.Images, withLabels && batch.Labels is { } labels ? new Condition { Labels = labels } : null);
    }

    /// <inheritdoc/>
    public void Dispose() => loader?.Dispose();
}
