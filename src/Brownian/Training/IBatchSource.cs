namespace Brownian.Training;

/// <summary>Where training batches come from. Batch k is a pure function of k, so that a resumed run sees what it would have seen.</summary>
public interface IBatchSource
{
    /// <summary>The batch of step <paramref name="position"/> + 1; positions are asked for in order, but may start anywhere.</summary>
    /// <param name="position">From 0.</param>
    /// <returns>Tensors that belong to the caller's dispose scope.</returns>
    TrainingBatch At(long position);
}
