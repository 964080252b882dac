using System.Collections;
using System.Runtime.ExceptionServices;

namespace Brownian.Data;

/// <summary>
/// Batches of a data set, prepared ahead by background threads. Batch <c>k</c> — which images, in which order, cropped and flipped how —
/// is a pure function of the seed and <c>k</c>, whatever the number of threads: a run is resumed by starting at the next position.
/// </summary>
/// <example><code>
/// using var loader = new Loader(DatasetCatalog.Open("builtin:strokes"), new() { BatchSize = 128, Seed = 7 });
/// using var batch = loader.Next()!;   // batch.Images [128, 1, 28, 28] in [−1, 1], batch.Labels [128]
/// </code></example>
public sealed class Loader : IEnumerable<Batch>, IDisposable
{
    private readonly IImageDataset dataset;
    private readonly LoaderOptions options;
    private readonly ShuffleOrder order;
    private readonly long? samples;
    private readonly PreparedBatch?[] ready;
    private readonly Stack<PreparedBatch> free = new();
    private readonly Lock gate = new();
    private readonly SemaphoreSlim room;
    private readonly ManualResetEventSlim arrived = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Thread[] workers;
    private long nextTicket;

    /// <summary>Starts reading at batch <paramref name="position"/>.</summary>
    /// <param name="dataset">The images; borrowed.</param>
    /// <param name="options">Batch size, seed, order, augmentation.</param>
    /// <param name="position">The number of the first batch: 0, or where an earlier run stopped.</param>
    public Loader(IImageDataset dataset, LoaderOptions options, long position = 0)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        options.Validate();
        if (dataset.Count == 0)
        {
            throw new ArgumentException($"{dataset.Name} has no images.", nameof(dataset));
        }

        this.dataset = dataset;
        this.options = options;
        order = new ShuffleOrder(dataset.Count, options.Seed, options.Shuffle);
        samples = (long?)options.Epochs * dataset.Count;
        Position = nextTicket = position;
        ready = new PreparedBatch?[options.Prefetch];
        room = new SemaphoreSlim(options.Prefetch);
        workers = new Thread[Math.Min(options.Workers, options.Prefetch)];
        for (var i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(Work) { IsBackground = true, Name = $"loader {i}" };
            workers[i].Start();
        }
    }

    /// <summary>The number of the batch that <see cref="Next"/> gives next.</summary>
    public long Position { get; private set; }

    /// <summary>The next batch, in order; null after the last one (<see cref="LoaderOptions.Epochs"/>).</summary>
    /// <exception cref="InvalidDataException">An image of this batch cannot be read.</exception>
    public Batch? Next(CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(stop.IsCancellationRequested, this);
        if (CountAt(Position) == 0)
        {
            return null;
        }

        var prepared = Take(cancellation);
        prepared.Error?.Throw();
        var batch = prepared.ToBatch(dataset, Position++);
        lock (gate)
        {
            free.Push(prepared);
        }

        room.Release();
        return batch;
    }

    /// <inheritdoc/>
    public IEnumerator<Batch> GetEnumerator()
    {
        while (Next() is { } batch)
        {
            yield return batch;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Stops the threads.</summary>
    public void Dispose()
    {
        if (stop.IsCancellationRequested)
        {
            return;
        }

        stop.Cancel();
        foreach (var worker in workers)
        {
            worker.Join();
        }

        stop.Dispose();
        room.Dispose();
        arrived.Dispose();
    }

    private PreparedBatch Take(CancellationToken cancellation)
    {
        while (true)
        {
            lock (gate)
            {
                ref var slot = ref ready[Position % ready.Length];
                if (slot is { } prepared)
                {
                    // A batch that failed stays, so that asking again fails again instead of waiting forever.
                    slot = prepared.Error is null ? null : prepared;
                    return prepared;
                }

                arrived.Reset();
            }

            arrived.Wait(cancellation);
        }
    }

    private void Work()
    {
        try
        {
            while (true)
            {
                room.Wait(stop.Token);
                PreparedBatch batch;
                long ticket;
                lock (gate)
                {
                    ticket = nextTicket++;
                    batch = free.TryPop(out var used) ? used : new PreparedBatch();
                }

                if (CountAt(ticket) == 0)
                {
                    return;
                }

                Prepare(batch, ticket);
                lock (gate)
                {
                    ready[ticket % ready.Length] = batch;
                }

                arrived.Set();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private void Prepare(PreparedBatch batch, long ticket)
    {
        try
        {
            batch.Fill(dataset, CountAt(ticket), ticket * options.BatchSize, options, order);
        }
        catch (Exception error)
        {
            batch.Error = ExceptionDispatchInfo.Capture(error);
        }
    }

    private int CountAt(long batch) =>
        samples is { } all ? (int)Math.Clamp(all - batch * options.BatchSize, 0, options.BatchSize) : options.BatchSize;
}
