using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// DPM-Solver++(2M) and its orders 1 and 3 (Lu et al. 2022b, Algorithm 2): integrates the data prediction, which stays bounded and works
/// with guidance. <see cref="DpmMultistep.Stochastic"/> makes it SDE-DPM-Solver++.
/// </summary>
/// <param name="Order">1 (which is DDIM), 2 or 3.</param>
public sealed record DpmSolverPlusPlus(int Order = 2) : DpmMultistep(Order)
{
    /// <inheritdoc/>
    private protected override Tensor Model(Denoised belief) => belief.X0;

    /// <inheritdoc/>
    /// <remarks>With the noise of the SDE, the step is that of the ODE of twice the length (Lu et al. 2022b, eq. 18).</remarks>
    private protected override Weights WeightsOf(NoiseLevel from, NoiseLevel to, double h)
    {
        var length = Stochastic ? 2 * h : h;
        var falling = double.ExpM1(-length);
        var sign = Stochastic && AsDiffusers ? -1 : 1;
        return new(
            to.Sigma / from.Sigma * (Stochastic ? Math.Exp(-h) : 1),
            -to.Alpha * falling,
            to.Alpha * (falling / length + 1),
            to.Alpha * (sign * 0.5 - (falling + length) / (length * length)),
            to.Sigma * Math.Sqrt(-double.ExpM1(-2 * h)));
    }
}
