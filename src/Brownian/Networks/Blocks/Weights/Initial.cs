using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>How weights start.</summary>
internal static class Initial
{
    /// <summary>Draws all weights of a network, each layer's from a stream of its own.</summary>
    public static void Draw(nn.Module network, ulong seed)
    {
        foreach (var (i, layer) in network.modules().OfType<IInitialized>().Index())
        {
            using var noise = new RandomStream(seed, (ulong)i);
            layer.Initialize(noise);
        }
    }

    /// <summary>The end of a constructor: draws the weights, unless a file's are to come.</summary>
    public static void Start(nn.Module network, ulong seed)
    {
        if (!WeightsToCome.Expected)
        {
            Draw(network, seed);
        }
    }

    /// <summary>
    /// Uniform within ±1/√fan-in, PyTorch's default for convolutions and linear layers; zeros where a residual branch ends, so that
    /// training starts from the identity (Ho et al. 2020, app. B; Dhariwal and Nichol 2021).
    /// </summary>
    public static void Weights(Parameter weight, Parameter? bias, bool zero, RandomStream noise)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        if (zero)
        {
            weight.zero_();
            bias?.zero_();
            return;
        }

        var bound = 1 / Math.Sqrt((double)weight.numel() / weight.size(0));
        weight.copy_((noise.Uniform(weight.shape) * 2 - 1) * bound);
        bias?.copy_((noise.Uniform(bias.shape) * 2 - 1) * bound);
    }

    /// <summary>
    /// Uniform with variance <paramref name="scale"/> over the mean of fan-in and fan-out, and no offset: DDPM's and score SDE's rule, Glorot
    /// and Bengio's (2010) at scale 1.
    /// </summary>
    /// <param name="weight">[C', C, …].</param>
    /// <param name="bias">[C'] or null.</param>
    /// <param name="scale">Where a residual branch ends, the papers have 10⁻¹⁰ in place of 0.</param>
    /// <param name="noise">Where the numbers come from.</param>
    public static void FanAverage(Parameter weight, Parameter? bias, double scale, RandomStream noise)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var pixels = (double)weight.numel() / (weight.size(0) * weight.size(1));
        var bound = Math.Sqrt(6 * scale / (pixels * (weight.size(0) + weight.size(1))));
        weight.copy_((noise.Uniform(weight.shape) * 2 - 1) * bound);
        bias?.zero_();
    }
}
