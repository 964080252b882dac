using static TorchSharp.torch;

namespace Brownian.Likelihood;

/// <summary>
/// Hutchinson's estimate eᵀ·J·e (Grathwohl et al. 2019, eq. 8): one vector–Jacobian product a probe. A probe stays the same through a solve,
/// so that the ODE has a right-hand side.
/// </summary>
/// <param name="probes">e, each [N, …] like the data; borrowed for as long as this is used.</param>
public sealed class HutchinsonDivergence(params IReadOnlyList<Tensor> probes) : IDivergence
{
    /// <inheritdoc/>
    public int Estimates => probes.Count;

    /// <summary>One probe.</summary>
    /// <param name="like">The data, [N, …].</param>
    /// <param name="distribution">What its numbers are.</param>
    /// <param name="noise">Where they are drawn; signs of normal numbers are ±1 with equal chances.</param>
    public static Tensor Draw(Tensor like, ProbeDistribution distribution, INoise noise)
    {
        using var scope = NewDisposeScope();
        var normal = noise.NormalLike(like);
        return (distribution == ProbeDistribution.Gaussian ? normal : where(normal < 0, -ones_like(normal), ones_like(normal))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Of(Tensor velocity, Tensor x)
    {
        using var scope = NewDisposeScope();
        var estimates = new Tensor[probes.Count];
        for (var i = 0; i < estimates.Length; i++)
        {
            if (!probes[i].shape.SequenceEqual(x.shape))
            {
                throw new ArgumentException($"probe: expected [{string.Join(", ", x.shape)}], as the data; got [{string.Join(", ", probes[i].shape)}].");
            }

            var probe = probes[i].to(velocity.dtype).to(velocity.device);
            estimates[i] = (VectorJacobian.Product(velocity, x, probe, i == estimates.Length - 1) * probe).flatten(1).sum(1);
        }

        return stack(estimates, 1).MoveToOuterDisposeScope();
    }
}
