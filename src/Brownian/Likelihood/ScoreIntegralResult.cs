using static TorchSharp.torch;

namespace Brownian.Likelihood;

/// <summary>A difference of log-densities, found by integrating the score.</summary>
/// <param name="Nats">log p(to) − log p(from).</param>
/// <param name="Error">The error of the quadrature, as it estimates it itself; usually far too careful.</param>
/// <param name="Parts">What each number contributes, [1, …], float64; they add up to <paramref name="Nats"/>. It belongs to the caller's dispose scope.</param>
/// <param name="Calls">Network calls, each of <see cref="ScoreIntegral.Points"/> samples.</param>
public sealed record ScoreIntegralResult(double Nats, double Error, Tensor Parts, int Calls);
