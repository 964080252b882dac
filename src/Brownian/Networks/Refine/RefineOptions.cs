using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Refine;

/// <summary>What all blocks of a <see cref="RefineNet"/> share, and the layers made from it.</summary>
internal sealed record RefineOptions(RefineNetConfig Config, ComputeSettings Compute)
{
    public Activation Activation { get; } = Activations.Parse(Config.ActFn);

    public nn.Module<Tensor, Tensor> Convolution3(long from, long to, int dilation = 1, bool hasBias = true) => Config.SpectralNorm && Config.IsConditional
        ? new SpectralConvolution(from, to, 3, dilation, hasBias, Compute)
        : new Convolution(from, to, 3, Compute, dilation: dilation, hasBias: hasBias);

    public nn.Module<Tensor, Tensor> Convolution1(long from, long to) => Config.SpectralNorm && Config.IsConditional
        ? new SpectralConvolution(from, to, 1, 1, hasBias: true, Compute)
        : new Convolution(from, to, 1, Compute);

    public RefineNorm Norm(long channels, double? epsilon = null) =>
        new(Config.Normalization, channels, Config.IsConditional ? Config.SigmaCount : null, epsilon);

    /// <summary>A norm inside the refining blocks, which only the first NCSN has there.</summary>
    public RefineNorm? InnerNorm(long channels) => Config.IsConditional ? Norm(channels) : null;

    /// <summary>The 5×5 pooling of chained residual pooling.</summary>
    public Tensor Pool(Tensor x) => Config.IsConditional
        ? nn.functional.avg_pool2d(x, [5, 5], [1, 1], [2, 2])
        : nn.functional.max_pool2d(x, [5, 5], [1, 1], [2, 2]);
}
