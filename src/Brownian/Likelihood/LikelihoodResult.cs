using Brownian.Ode;
using static TorchSharp.torch;

namespace Brownian.Likelihood;

/// <summary>The log-likelihood of a batch, from one solve. The tensors belong to the caller's dispose scope.</summary>
/// <param name="Nats">log p(x) of each sample by each estimate of the divergence, [N, estimates], float64 on the CPU.</param>
/// <param name="Latent">Where the flow took the data, [N, …].</param>
/// <param name="Evaluations">Network calls, one for each evaluation of the slope.</param>
/// <param name="Steps">The solver's log.</param>
public sealed record LikelihoodResult(Tensor Nats, Tensor Latent, int Evaluations, IReadOnlyList<OdeStep> Steps);
