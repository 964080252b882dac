using static TorchSharp.torch;

namespace Brownian.Runtime.Kernels;

/// <summary>What a fused group norm is given beside the data.</summary>
/// <param name="Weight">[C] float32.</param>
/// <param name="Bias">[C] float32.</param>
/// <param name="Before">[N, C] float32, contiguous, or null.</param>
/// <param name="Scale">[N, C] float32, contiguous, or null.</param>
/// <param name="Shift">[N, C] float32, contiguous, or null.</param>
/// <param name="Groups">Number of groups.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Silu">Whether SiLU follows.</param>
internal readonly record struct NormInputs(
    Tensor Weight, Tensor Bias, Tensor? Before, Tensor? Scale, Tensor? Shift, int Groups, double Epsilon, bool Silu);

/// <summary>Gradients that the kernel computes.</summary>
/// <param name="X">[N, C, H, W].</param>
/// <param name="Sums">[N, 2, C]: Σ dz and Σ dz·x̂ over pixels, from which the small gradients follow.</param>
/// <param name="Before">[N, C] or null.</param>
internal readonly record struct NormGradients(Tensor X, Tensor Sums, Tensor? Before);
