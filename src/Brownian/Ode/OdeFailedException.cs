using System.Globalization;

namespace Brownian.Ode;

/// <summary>A solver could not reach its end: its steps became too short, or too many. The message says how far it came and what to change.</summary>
public sealed class OdeFailedException : Exception
{
    /// <summary>Says what happened.</summary>
    /// <param name="problem">What was not possible.</param>
    /// <param name="reached">The time that was reached.</param>
    /// <param name="end">The time that was wanted.</param>
    /// <param name="evaluations">Slopes asked for until then.</param>
    /// <param name="advice">What to do.</param>
    public OdeFailedException(string problem, double reached, double end, int evaluations, string advice)
        : base(string.Create(CultureInfo.InvariantCulture, $"ODE: {problem} at time {reached:g6}, on the way to {end:g6}, after {evaluations} evaluations of the slope. {advice}")) =>
        (Reached, End, Evaluations) = (reached, end, evaluations);

    /// <summary>The time that was reached.</summary>
    public double Reached { get; }

    /// <summary>The time that was wanted.</summary>
    public double End { get; }

    /// <summary>Slopes asked for until then.</summary>
    public int Evaluations { get; }
}
