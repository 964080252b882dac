namespace Brownian.Paths;

/// <summary>One step of a <see cref="ReverseChain"/>.</summary>
/// <param name="From">Where it starts.</param>
/// <param name="To">Where it ends; clean data for the last.</param>
/// <param name="Posterior">q(x_to | x_from, x0).</param>
/// <param name="LogSmallest">log β̃; in the step to clean data, where β̃ is 0, that of the step before.</param>
/// <param name="LogLargest">log β.</param>
public readonly record struct ChainStep(NoiseLevel From, NoiseLevel To, Posterior Posterior, double LogSmallest, double LogLargest);
