using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>Layer normalisation (Ba et al. 2016) of the last axis, […, C] → […, C], in the type of its parameters whatever that of the data.</summary>
internal sealed class LayerNormalization : nn.Module<Tensor, Tensor>, IInitialized
{
    private readonly Parameter? weight;
    private readonly Parameter? bias;
    private readonly long[] shape;
    private readonly double epsilon;

    /// <param name="channels">C.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="affine">Whether a scale and a shift per channel follow.</param>
    public LayerNormalization(long channels, double epsilon = 1e-5, bool affine = true)
        : base(nameof(LayerNormalization))
    {
        shape = [channels];
        this.epsilon = epsilon;
        if (affine)
        {
            register_parameter(nameof(weight), weight = new Parameter(ones(channels)));
            register_parameter(nameof(bias), bias = new Parameter(zeros(channels)));
        }
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var type = weight?.dtype ?? (x.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32);
        return nn.functional.layer_norm(x.to(type), shape, weight, bias, epsilon).to(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    void IInitialized.Initialize(RandomStream noise)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        weight?.fill_(1);
        bias?.zero_();
    }
}
