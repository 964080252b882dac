using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>A <see cref="TimeDistribution"/> at work: draws the levels of each batch, and may learn from their losses.</summary>
public abstract class LevelSampler : IDisposable
{
    /// <summary>The levels of a batch, and what each counts so that the expected loss is that of the path's own distribution.</summary>
    /// <param name="count">N &gt; 0.</param>
    /// <param name="random">Where they come from.</param>
    /// <param name="stratified">See <see cref="TimeDistribution.Draw"/>.</param>
    /// <returns>N levels, and N weights or null when all are 1.</returns>
    public abstract (IReadOnlyList<NoiseLevel> Levels, IReadOnlyList<double>? Weights) Draw(int count, RandomStream random, bool stratified);

    /// <summary>Sees the losses of a batch.</summary>
    /// <param name="levels">N levels.</param>
    /// <param name="losses">N losses.</param>
    public virtual void Observe(IReadOnlyList<NoiseLevel> levels, IReadOnlyList<float> losses)
    {
    }

    /// <summary>Everything it remembers, see <see cref="ObjectiveRun.State"/>.</summary>
    public virtual IReadOnlyList<(string Name, Tensor Tensor)> State => [];

    /// <summary>Frees what it owns.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what it owns.</summary>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
