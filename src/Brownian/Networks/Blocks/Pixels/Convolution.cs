using Brownian.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>A 2-D convolution, [N, C, H, W] → [N, C', H', W'], in the network's compute type.</summary>
public sealed class Convolution : nn.Module<Tensor, Tensor>, IInitialized
{
    private readonly ComputeSettings compute;
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly PackedWeights? packed;
    private readonly long[] strides;
    private readonly long[] paddings;
    private readonly long[] dilations;
    private readonly bool startsAtZero;

    /// <summary>A square convolution.</summary>
    /// <param name="inChannels">C.</param>
    /// <param name="outChannels">C'.</param>
    /// <param name="kernelSize">Side of the kernel, in pixels.</param>
    /// <param name="compute">Shared by the network.</param>
    /// <param name="stride">Step, in pixels.</param>
    /// <param name="padding">Zeros on every side, in pixels; kernelSize / 2 when not given.</param>
    /// <param name="startsAtZero">Whether training starts from zeros (the end of a residual branch) rather than from random weights.</param>
    /// <param name="dilation">Distance between the kernel's taps, in pixels; the padding is multiplied by it when not given.</param>
    /// <param name="hasBias">Whether there is an offset per channel.</param>
    public Convolution(
        long inChannels, long outChannels, int kernelSize, ComputeSettings compute, int stride = 1, int? padding = null, bool startsAtZero = false,
        int dilation = 1, bool hasBias = true)
        : base(nameof(Convolution))
    {
        this.compute = compute;
        this.startsAtZero = startsAtZero;
        strides = [stride, stride];
        var margin = padding ?? kernelSize / 2 * dilation;
        paddings = [margin, margin];
        dilations = [dilation, dilation];
        packed = dilation == 1 ? new PackedWeights(paddings, strides) : null;
        weight = new Parameter(WeightsToCome.Room(mayBeHalf: true, outChannels, inChannels, kernelSize, kernelSize));
        register_parameter(nameof(weight), weight);
        if (hasBias)
        {
            register_parameter(nameof(bias), bias = new Parameter(zeros(outChannels)));
        }
    }

    /// <summary>The kernel, [C', C, k, k].</summary>
    internal Parameter Weight => weight;

    /// <summary>The offset, [C'], if there is one.</summary>
    internal Parameter? Bias => bias;

    /// <summary>Whether training starts from zeros.</summary>
    internal bool StartsAtZero => startsAtZero;

    /// <inheritdoc/>
    public override Tensor forward(Tensor x) => Plus(x, null);

    /// <summary>The convolution plus <paramref name="added"/>, [N, C', H', W'], in one pass where that is possible.</summary>
    public Tensor Plus(Tensor x, Tensor? added)
    {
        using var scope = NewDisposeScope();
        var type = compute.For(weight.dtype);
        var input = x.dtype == type ? x : x.to(type);
        var y = compute.PacksWeights ? packed?.Run(input, [weight], bias is null ? [] : [bias], added) : null;
        if (y is null)
        {
            y = nn.functional.conv2d(
                input, CastWeight.In(weight, type), bias is null ? null : CastWeight.In(bias, type), strides, paddings, dilations);
            y = compute.ChannelsLast ? MemoryLayout.ToChannelsLast(y) : y;
            y = added is null ? y : y.add_(added);
        }

        compute.Count(2.0 * y.numel() * weight.numel() / weight.size(0));
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    void IInitialized.Initialize(RandomStream noise) => Initial.Weights(weight, bias, startsAtZero, noise);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        packed?.Dispose();
        base.Dispose(disposing);
    }
}
