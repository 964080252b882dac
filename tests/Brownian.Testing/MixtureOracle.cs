using static TorchSharp.torch;

namespace Brownian.Testing;

/// <summary>
/// Data from a mixture of isotropic Gaussians in D dimensions, x is [N, D]: exact belief and density on any path; the flow is found by
/// classical Runge–Kutta in small steps.
/// </summary>
public sealed class MixtureOracle : IDenoiser
{
    private readonly Tensor means;
    private readonly Tensor variances;
    private readonly Tensor logWeights;

    /// <summary>A mixture of K components.</summary>
    /// <param name="means">K rows of D numbers.</param>
    /// <param name="stds">K standard deviations.</param>
    /// <param name="weights">K positive numbers; scaled to sum 1.</param>
    public MixtureOracle(double[][] means, double[] stds, double[] weights)
    {
        var total = weights.Sum();
        this.means = stack(means.Select(m => tensor(m)).ToArray());
        variances = tensor(stds.Select(s => s * s).ToArray());
        logWeights = tensor(weights.Select(w => Math.Log(w / total)).ToArray());
    }

    /// <summary>Three components in the plane, far from symmetric.</summary>
    public static MixtureOracle Plane() =>
        new([[-0.8, 0.3], [0.5, 0.6], [0.3, -0.7]], [0.2, 0.35, 0.15], [0.5, 0.3, 0.2]);

    /// <inheritdoc/>
    public Denoised Denoise(Tensor xt, NoiseLevel at)
    {
        using var scope = NewDisposeScope();
        var (centred, variance, logJoint) = Joint(xt, at);
        var share = logJoint.softmax(1).unsqueeze(2); // [N, K, 1]
        var x0 = (share * (means + (at.Alpha * variances / variance).unsqueeze(1) * centred)).sum(1);
        var epsilon = (share * ((at.Sigma / variance).unsqueeze(1) * centred)).sum(1);
        return new Denoised(x0, epsilon).MoveToOuterScope();
    }

    /// <summary>log p_t(x) in nats, [N].</summary>
    public Tensor LogDensity(Tensor x, NoiseLevel at) => Joint(x, at).LogJoint.logsumexp(1);

    /// <summary>Where the probability flow takes <paramref name="x"/>: Runge–Kutta of order 4 for y = x/(α + σ) over τ = σ/(α + σ), dy/dτ = ε − x0.</summary>
    public Tensor Flow(Tensor x, NoiseLevel from, NoiseLevel to, int steps = 800)
    {
        var (start, end) = (Tau(from), Tau(to));
        var h = (end - start) / steps;
        var y = x / (from.Alpha + from.Sigma);
        for (var i = 0; i < steps; i++)
        {
            using var scope = NewDisposeScope();
            var tau = start + i * h;
            var k1 = Slope(y, tau);
            var k2 = Slope(y + h / 2 * k1, tau + h / 2);
            var k3 = Slope(y + h / 2 * k2, tau + h / 2);
            var k4 = Slope(y + h * k3, tau + h);
            var next = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
            y.Dispose();
            y = scope.MoveToOuter(next);
        }

        return y * (to.Alpha + to.Sigma);

        static double Tau(NoiseLevel at) => at.Sigma / (at.Alpha + at.Sigma);
    }

    private Tensor Slope(Tensor y, double tau)
    {
        var belief = Denoise(y, new(tau, 1 - tau, tau));
        return belief.Epsilon - belief.X0;
    }

    /// <summary>x − α·mean, [N, K, D]; the component's variance at the level, [K]; the log of weight times density, [N, K].</summary>
    private (Tensor Centred, Tensor Variance, Tensor LogJoint) Joint(Tensor x, NoiseLevel at)
    {
        var centred = x.unsqueeze(1) - at.Alpha * means;
        var variance = at.Alpha * at.Alpha * variances + at.Sigma * at.Sigma;
        var size = x.size(1);
        var logDensity = -0.5 * (centred.square().sum(2) / variance + size * (2 * Math.PI * variance).log());
        return (centred, variance, logWeights + logDensity);
    }
}
