using Brownian.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>
/// An objective at work. In each step a trainer calls <see cref="Draw"/> once for the whole batch, <see cref="Evaluate"/> for each piece of
/// it, <see cref="Observe"/> when all losses are known, and <see cref="Stepped"/> when the weights have changed.
/// </summary>
/// <remarks>
/// What it remembers from step to step must be in <see cref="State"/>, and what is random must come from <see cref="Draw"/>'s stream: then
/// a run that was saved and goes on is the run that was never interrupted.
/// </remarks>
public abstract class ObjectiveRun : IDisposable
{
    /// <summary>Draws everything random that a batch needs.</summary>
    /// <param name="x0">Data, [N, …], in [−1, 1]; borrowed.</param>
    /// <param name="random">The step's stream.</param>
    /// <param name="moment">Where training stands.</param>
    public abstract ObjectiveDraw Draw(Tensor x0, RandomStream random, ObjectiveMoment moment);

    /// <summary>The loss of each sample at given levels with given noise.</summary>
    /// <param name="x0">Data, [N, …], in [−1, 1]; borrowed.</param>
    /// <param name="condition">What the network is told about the data.</param>
    /// <param name="draw">The levels and noise of these N samples.</param>
    /// <returns>Losses without the draw's weights, [N], float32, differentiable.</returns>
    public abstract Tensor Evaluate(Tensor x0, Condition? condition, ObjectiveDraw draw);

    /// <summary>Sees the losses of a whole batch, before the weights change.</summary>
    /// <param name="draw">The batch's draw.</param>
    /// <param name="losses">The losses of its samples, as <see cref="Evaluate"/> gave them.</param>
    public virtual void Observe(ObjectiveDraw draw, IReadOnlyList<float> losses)
    {
    }

    /// <summary>Is told that the weights have changed.</summary>
    /// <param name="moment">Where training stands now.</param>
    public virtual void Stepped(ObjectiveMoment moment)
    {
    }

    /// <summary>
    /// A module of its own that is trained beside the network, such as a schedule; null for none. The trainer moves, averages and saves its
    /// parameters as it does the network's.
    /// </summary>
    public virtual nn.Module? Learned => null;

    /// <summary>The learning rate of <see cref="Learned"/>, in learning rates of the network.</summary>
    public virtual double LearnedRate => 1;

    /// <summary>The path, as far as it is learned, with <see cref="Learned"/>'s parameters as they are; null where the model's own is kept.</summary>
    public virtual GaussianPath? LearnedPath => null;

    /// <summary>
    /// Everything it remembers, as named tensors that it owns. They are saved with the run; a resumed run has them overwritten in place.
    /// </summary>
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
