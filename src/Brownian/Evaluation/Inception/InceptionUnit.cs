using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Evaluation;

/// <summary>Convolution, batch norm with the statistics of the training, ReLU.</summary>
internal sealed class InceptionUnit : nn.Module<Tensor, Tensor>
{
    private const double Epsilon = 1e-3;
    private readonly long[] stride;
    private readonly long[] padding;

    public InceptionUnit(InceptionUnitShape shape, long from, bool pads)
        : base(nameof(InceptionUnit))
    {
        stride = [shape.Stride, shape.Stride];
        padding = pads && shape.Stride == 1 ? [shape.Height / 2, shape.Width / 2] : [0, 0];
        var (convolution, norm) = (new Holder(), new Holder());
        convolution.register_parameter("weight", new Parameter(zeros(shape.Out, from, shape.Height, shape.Width), requires_grad: false));
        norm.register_parameter("weight", new Parameter(ones(shape.Out), requires_grad: false));
        norm.register_parameter("bias", new Parameter(zeros(shape.Out), requires_grad: false));
        norm.register_buffer("running_mean", zeros(shape.Out));
        norm.register_buffer("running_var", ones(shape.Out));
        register_module("conv", convolution);
        register_module("bn", norm);
        (Convolution, Norm) = (convolution, norm);
    }

    private Holder Convolution { get; }

    private Holder Norm { get; }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = nn.functional.conv2d(x, Convolution.get_parameter("weight")!, null, stride, padding);
        h = nn.functional.batch_norm(
            h, Norm.get_buffer("running_mean")!, Norm.get_buffer("running_var")!, Norm.get_parameter("weight"), Norm.get_parameter("bias"), training: false, eps: Epsilon);
        return h.relu_().MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private sealed class Holder() : nn.Module(nameof(Holder))
    {
        protected override void RegisterComponents()
        {
        }
    }
}
