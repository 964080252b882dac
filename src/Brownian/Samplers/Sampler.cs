using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>A method for going from noise to data. Immutable: the state of a run lives in its stepper.</summary>
public abstract record Sampler
{
    /// <summary>Starts one run.</summary>
    public abstract IStepper Start(IDenoiser denoiser, INoise noise);

    /// <summary>Walks <paramref name="levels"/> from the first to the last. The only loop.</summary>
    /// <param name="denoiser">The belief.</param>
    /// <param name="xStart">Noisy data at the first level, [N, …]; borrowed.</param>
    /// <param name="levels">Descending noise, at least two.</param>
    /// <param name="noise">Where stochastic methods draw from.</param>
    /// <param name="onStep">Called after each step with its number from 1, the number of steps, and the data, [N, …] (borrowed).</param>
    /// <param name="cancellation">Checked before each step.</param>
    /// <returns>Data at the last level, [N, …].</returns>
    public Tensor Run(
        IDenoiser denoiser,
        Tensor xStart,
        IReadOnlyList<NoiseLevel> levels,
        INoise noise,
        Action<int, int, Tensor>? onStep = null,
        CancellationToken cancellation = default)
    {
        if (levels.Count < 2)
        {
            throw new ArgumentException(
                $"levels: expected at least two, a start and an end; got {levels.Count}. Ask the spacing for at least one step.", nameof(levels));
        }

        using var inference = no_grad();
        using var stepper = Start(denoiser, noise);
        var x = xStart.alias();
        for (var i = 0; i + 1 < levels.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var next = stepper.Step(x, levels[i], levels[i + 1]);
            x.Dispose();
            x = scope.MoveToOuter(next);
            onStep?.Invoke(i + 1, levels.Count - 1, x);
        }

        return x;
    }
}
