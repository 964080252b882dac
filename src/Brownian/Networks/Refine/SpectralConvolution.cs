using Brownian.Networks.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Networks.Refine;

/// <summary>
/// A convolution whose kernel is divided by its largest singular value (Miyato et al. 2018), which power iteration follows, one step in each
/// training pass.
/// </summary>
internal sealed class SpectralConvolution : nn.Module<Tensor, Tensor>, IInitialized
{
    private const double Smallest = 1e-12;
    private readonly ComputeSettings compute;
    private readonly long[] paddings;
    private readonly long[] dilations;

    public SpectralConvolution(long from, long to, int kernelSize, int dilation, bool hasBias, ComputeSettings compute)
        : base(nameof(SpectralConvolution))
    {
        this.compute = compute;
        var margin = kernelSize / 2 * dilation;
        (paddings, dilations) = ([margin, margin], [dilation, dilation]);
        if (hasBias)
        {
            register_parameter("bias", new Parameter(zeros(to)));
        }

        register_parameter("weight_orig", new Parameter(zeros(to, from, kernelSize, kernelSize)));
        register_buffer("weight_u", zeros(to));
        register_buffer("weight_v", zeros(from * kernelSize * kernelSize));
    }

    // Asked anew each time: a change of type exchanges the parameters.
    private Parameter Weight => get_parameter("weight_orig")!;

    private Parameter? Bias => get_parameter("bias");

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (weight, bias) = (Weight, Bias);
        var type = compute.For(weight.dtype);
        var y = nn.functional.conv2d(
            x.to(type), CastWeight.In(Normalized(), type), bias is null ? null : CastWeight.In(bias, type), [1, 1], paddings, dilations);
        compute.Count(2.0 * y.numel() * weight.numel() / weight.size(0));
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    void IInitialized.Initialize(RandomStream noise)
    {
        Initial.Weights(Weight, Bias, zero: false, noise);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (u, v) = (get_buffer("weight_u")!, get_buffer("weight_v")!);
        u.copy_(Unit(noise.NormalLike(u)));
        v.copy_(Unit(noise.NormalLike(v)));
        for (var i = 0; i < 15; i++)
        {
            Iterate(u, v);
        }
    }

    private Tensor Normalized()
    {
        var (u, v) = (get_buffer("weight_u")!, get_buffer("weight_v")!);
        if (training)
        {
            using var frozen = no_grad();
            Iterate(u, v);
        }

        return Weight / Weight.flatten(1).mv(v.clone()).dot(u.clone());
    }

    private void Iterate(Tensor u, Tensor v)
    {
        var matrix = Weight.flatten(1);
        v.copy_(Unit(matrix.t().mv(u)));
        u.copy_(Unit(matrix.mv(v)));
    }

    private static Tensor Unit(Tensor x) => x / x.norm().clamp_min(Smallest);
}
