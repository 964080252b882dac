using Brownian.Runtime.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>An affine map of the last axis, […, C] → […, C'], in the network's compute type.</summary>
public sealed class Dense : nn.Module<Tensor, Tensor>, IInitialized
{
    private readonly ComputeSettings compute;
    private readonly Parameter weight;
    private readonly Parameter? bias;
    private readonly bool exact;
    private readonly bool startsAtZero;
    private readonly PackedWeights? packed;

    /// <summary>An affine map.</summary>
    /// <param name="inChannels">C.</param>
    /// <param name="outChannels">C'.</param>
    /// <param name="compute">Shared by the network.</param>
    /// <param name="exact">Whether to compute in the type of the parameters always: for the small embedding networks.</param>
    /// <param name="startsAtZero">Whether training starts from zeros.</param>
    /// <param name="hasBias">Whether there is an offset.</param>
    /// <param name="packs">Whether bfloat16 inference on sequences, [N, T, C], keeps converted weights: for the layers of transformers.</param>
    public Dense(
        long inChannels, long outChannels, ComputeSettings compute, bool exact = false, bool startsAtZero = false, bool hasBias = true,
        bool packs = false)
        : base(nameof(Dense))
    {
        this.compute = compute;
        this.exact = exact;
        this.startsAtZero = startsAtZero;
        packed = packs ? new PackedWeights([0, 0], [1, 1]) : null;
        weight = new Parameter(WeightsToCome.Room(!exact, outChannels, inChannels));
        register_parameter(nameof(weight), weight);
        if (hasBias)
        {
            register_parameter(nameof(bias), bias = new Parameter(zeros(outChannels)));
        }
    }

    /// <summary>The matrix, [C', C].</summary>
    internal Parameter Weight => weight;

    /// <summary>The offset, [C'].</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    internal Parameter Bias => bias ?? throw new InvalidOperationException("dense: this layer has no bias.");

    /// <summary>Whether there is an offset.</summary>
    internal bool HasBias => bias is not null;

    /// <summary>Whether it always computes in the type of its parameters.</summary>
    internal bool IsExact => exact;

    /// <summary>Whether training starts from zeros.</summary>
    internal bool StartsAtZero => startsAtZero;

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        compute.Count(2.0 * x.numel() * weight.size(0));
        var type = exact ? weight.dtype : compute.For(weight.dtype);
        var input = x.dtype == type ? x : x.to(type);
        var y = bias is not null && compute.FusedKernels && !is_grad_enabled() && RowProducts.Takes(input, weight)
            ? RowProducts.Apply(input, weight, bias)
            : Packed(input, type) ?? nn.functional.linear(input, CastWeight.In(weight, type), bias is null ? null : CastWeight.In(bias, type));
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

    // A sequence is an image of one column, and the map a convolution of 1×1.
    private Tensor? Packed(Tensor x, ScalarType type)
    {
        if (packed is null || !compute.PacksWeights || type != ScalarType.BFloat16 || x.dim() != 3)
        {
            return null;
        }

        var image = x.reshape(x.size(0), x.size(1), 1, x.size(2)).permute(0, 3, 1, 2);
        var y = packed.Run(image, [weight], bias is null ? [] : [bias]);
        return y?.permute(0, 2, 3, 1).reshape(x.size(0), x.size(1), -1);
    }
}
