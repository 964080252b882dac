using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>How weights start.</summary>
internal static class Initial
{
    /// <summary>
    /// Uniform within ±1/√fan-in, PyTorch's default for convolutions and linear layers; zeros where a residual branch ends, so that
    /// training starts from the identity (Ho et al. 2020, app. B; Dhariwal and Nichol 2021).
    /// </summary>
    public static void Weights(Parameter weight, Parameter bias, bool zero, RandomStream noise)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        if (zero)
        {
            weight.zero_();
            bias.zero_();
            return;
        }

        var bound = 1 / Math.Sqrt((double)weight.numel() / weight.size(0));
        weight.copy_((noise.Uniform(weight.shape) * 2 - 1) * bound);
        bias.copy_((noise.Uniform(bias.shape) * 2 - 1) * bound);
    }
}
