using static TorchSharp.torch;

namespace Brownian.Likelihood;

/// <summary>The product of a vector and a Jacobian.</summary>
internal static class VectorJacobian
{
    /// <summary>vectorᵀ·∂output/∂x, [N, …]; zeros where the output does not depend on x.</summary>
    /// <param name="output">[N, …].</param>
    /// <param name="x">A leaf, [N, …].</param>
    /// <param name="vector">[N, …].</param>
    /// <param name="last">Whether the graph may be freed.</param>
    /// <remarks>
    /// By backward and not by autograd.grad, in which an error ends the process: it has no guard against libtorch's exceptions. With x as
    /// the only input no gradient of a parameter is computed or kept.
    /// </remarks>
    public static Tensor Product(Tensor output, Tensor x, Tensor vector, bool last)
    {
        if (!output.requires_grad)
        {
            return zeros_like(x);
        }

        x.grad = null;
        output.backward([vector], retain_graph: !last, inputs: [x]);
        return x.grad ?? zeros_like(x);
    }
}
