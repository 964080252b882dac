using static TorchSharp.torch;

namespace Brownian;

/// <summary>What a denoiser believes: the pair with <c>xt = α·X0 + σ·Epsilon</c>.</summary>
/// <param name="X0">The clean data expected under <c>xt</c>, [N, …], in data units.</param>
/// <param name="Epsilon">The noise expected in <c>xt</c>, [N, …], unit variance.</param>
/// <param name="VarianceMix">
/// A learned variance, [N, …] in [−1, 1]: the position between the log of the smallest (−1) and of the largest (+1) variance of a
/// reverse step (Nichol and Dhariwal 2021, eq. 15). Null for networks without one.
/// </param>
public readonly record struct Denoised(Tensor X0, Tensor Epsilon, Tensor? VarianceMix = null)
{
    /// <summary>The belief with this x0; ε follows from <paramref name="xt"/>, and is 0 where there is none (σ = 0).</summary>
    public static Denoised FromX0(Tensor x0, Tensor xt, NoiseLevels at) => new(x0, (xt - at.Alpha * x0).div_(OrInfinity(at.Sigma)));

    /// <summary>The belief with this ε; x0 follows from <paramref name="xt"/>, and is 0, the data's mean, where nothing of it is left (α = 0).</summary>
    public static Denoised FromEpsilon(Tensor epsilon, Tensor xt, NoiseLevels at) =>
        new((xt - at.Sigma * epsilon).div_(OrInfinity(at.Alpha)), epsilon);

    /// <summary>dx/dt of the probability-flow ODE, <c>α̇·x0 + σ̇·ε</c> (Song et al. 2021, eq. 13 in these terms), [N, …].</summary>
    /// <param name="rate">(dα/dt, dσ/dt).</param>
    public Tensor Velocity((double Alpha, double Sigma) rate) => rate.Alpha * X0 + rate.Sigma * Epsilon;

    /// <summary>∇ log p(xt) = −ε/σ, [N, …].</summary>
    public Tensor Score(NoiseLevel at) => Epsilon * (-1 / at.Sigma);

    /// <summary>Hands all tensors to the dispose scope around the current one.</summary>
    public Denoised MoveToOuterScope() => new(
        X0.MoveToOuterDisposeScope(), Epsilon.MoveToOuterDisposeScope(), VarianceMix?.MoveToOuterDisposeScope());

    /// <summary>A divisor that gives 0 instead of NaN or infinity where it is 0.</summary>
    internal static Tensor OrInfinity(Tensor scale) => scale.masked_fill(scale == 0, double.PositiveInfinity);
}
