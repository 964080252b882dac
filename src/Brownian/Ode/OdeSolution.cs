using static TorchSharp.torch;

namespace Brownian.Ode;

/// <summary>What a solver reached.</summary>
/// <param name="State">The state at the end, in the type of the start; it belongs to the caller's dispose scope.</param>
/// <param name="Evaluations">How often the slope was asked for.</param>
/// <param name="Steps">The log: every attempt, accepted or not.</param>
public sealed record OdeSolution(Tensor State, int Evaluations, IReadOnlyList<OdeStep> Steps)
{
    /// <summary>How long the next step would be, for going on from here; NaN for a method that does not choose its steps.</summary>
    public double NextLength { get; init; } = double.NaN;

    /// <summary>Attempts whose error was within the limit.</summary>
    public int Accepted => Steps.Count(step => step.Accepted);

    /// <summary>Attempts that had to be repeated with a shorter step.</summary>
    public int Rejected => Steps.Count - Accepted;
}
