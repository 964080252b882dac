namespace Brownian.Ode;

/// <summary>One attempt of a solver to move on: a line of its log.</summary>
/// <param name="Number">The attempt's number, from 1.</param>
/// <param name="From">The time at which it began.</param>
/// <param name="To">The time at which it ended, or would have.</param>
/// <param name="Error">The estimated error over what the tolerances allow, so that 1 is the limit; NaN for a method that estimates none.</param>
/// <param name="Accepted">Whether the error was within the limit; if not, a shorter step follows from the same time.</param>
/// <param name="Evaluations">Slopes asked for until now.</param>
public readonly record struct OdeStep(int Number, double From, double To, double Error, bool Accepted, int Evaluations);
