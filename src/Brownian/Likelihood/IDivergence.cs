using static TorchSharp.torch;

namespace Brownian.Likelihood;

/// <summary>How the divergence of a velocity field is found.</summary>
public interface IDivergence
{
    /// <summary>How many independent estimates it gives.</summary>
    int Estimates { get; }

    /// <summary>Estimates of Σ ∂velocity_i/∂x_i, [N, <see cref="Estimates"/>].</summary>
    /// <param name="velocity">The field at x, [N, …], with the graph that leads to x. The graph is used up.</param>
    /// <param name="x">[N, …], a leaf of the graph.</param>
    Tensor Of(Tensor velocity, Tensor x);
}
