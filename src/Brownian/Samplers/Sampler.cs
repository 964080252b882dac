using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>A method for going from noise to data. Immutable: the state of a run lives in its stepper.</summary>
public abstract record Sampler
{
    /// <summary>
    /// Whether the samples of one batch influence each other, as under a step size that they share. Whoever wants a sample to be the same
    /// in any batch then has to sample one by one.
    /// </summary>
    public virtual bool CouplesSamples => false;

    /// <summary>Whether the data are bits, −1 and +1, on a path of bits; all other samplers are for Gaussian paths.</summary>
    public virtual bool IsForBits => false;

    /// <summary>Starts one run.</summary>
    /// <param name="denoiser">The belief.</param>
    /// <param name="noise">Where stochastic methods draw from.</param>
    /// <param name="schedule">
    /// The levels that the steps will follow. A run may begin in the middle; methods that spread their noise over the steps, or change
    /// their order near the end, look at the whole.
    /// </param>
    public abstract IStepper Start(IDenoiser denoiser, INoise noise, NoiseSchedule schedule);

    /// <summary>Walks <paramref name="schedule"/> from the first level to the last. The only loop.</summary>
    /// <param name="denoiser">The belief.</param>
    /// <param name="xStart">Noisy data at the first level, [N, …]; borrowed.</param>
    /// <param name="schedule">Descending noise.</param>
    /// <param name="noise">Where stochastic methods draw from.</param>
    /// <param name="onStep">Called after each step with its number from 1, the number of steps, and the data, [N, …] (borrowed).</param>
    /// <param name="cancellation">Checked before each step.</param>
    /// <returns>Data at the last level, [N, …].</returns>
    public Tensor Run(
        IDenoiser denoiser,
        Tensor xStart,
        NoiseSchedule schedule,
        INoise noise,
        Action<int, int, Tensor>? onStep = null,
        CancellationToken cancellation = default)
    {
        using var inference = no_grad();
        using var stepper = Start(denoiser, noise, schedule);
        var x = xStart.alias();
        try
        {
            for (var i = 0; i < schedule.Steps; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var next = stepper.Step(x, schedule[i], schedule[i + 1]);
                x.Dispose();
                x = scope.MoveToOuter(next);
                onStep?.Invoke(i + 1, schedule.Steps, x);
            }
        }
        catch
        {
            x.Dispose();
            throw;
        }

        return x;
    }
}
