using static TorchSharp.torch;

namespace Brownian.Ode;

/// <summary>A method for dy/dt = f(t, y) on tensors of any shape. Immutable; times and step sizes are double whatever the tensors are.</summary>
public abstract record OdeSolver
{
    /// <summary>The type in which the state is kept and steps are added up; null for that of the start.</summary>
    public virtual ScalarType? StateType { get; init; }

    /// <summary>Goes from one time to another, in either direction.</summary>
    /// <param name="slope">f. It is asked with states of the type of <paramref name="start"/>, whatever <see cref="StateType"/> is.</param>
    /// <param name="start">y at <paramref name="from"/>; borrowed.</param>
    /// <param name="from">The time at the start.</param>
    /// <param name="to">The time at the end.</param>
    /// <param name="onStep">Called after each attempt with the state it left (borrowed).</param>
    /// <param name="cancellation">Checked before each attempt.</param>
    /// <exception cref="OdeFailedException">The end cannot be reached.</exception>
    public OdeSolution Solve(
        OdeSlope slope, Tensor start, double from, double to, Action<OdeStep, Tensor>? onStep = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(slope);
        if (!double.IsFinite(from) || !double.IsFinite(to))
        {
            throw new ArgumentOutOfRangeException(nameof(to), $"ODE: expected finite times; got [{from}, {to}].");
        }

        using var scope = NewDisposeScope();
        var type = start.dtype;
        using var run = new OdeRun(slope, start, StateType ?? type, from, to, onStep, cancellation);
        if (from != to)
        {
            Walk(run);
        }

        return new(run.State.to(type, copy: true).MoveToOuterDisposeScope(), run.Evaluations, run.Log) { NextLength = run.NextLength };
    }

    /// <summary>Walks a run to its end.</summary>
    private protected abstract void Walk(OdeRun run);
}
