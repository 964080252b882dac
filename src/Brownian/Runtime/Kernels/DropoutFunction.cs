using static TorchSharp.torch;

namespace Brownian.Runtime.Kernels;

/// <summary><see cref="DropoutKernel"/> as a node of the autograd graph.</summary>
internal sealed class DropoutFunction : autograd.SingleTensorFunction<DropoutFunction>
{
    /// <inheritdoc/>
    public override string Name => "BrownianDropout";

    /// <summary>Dropout with the mask that the key names; differentiable.</summary>
    public static Tensor Of(Tensor x, double probability, ulong key) => apply(x, probability, key);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (Tensor)vars[0];
        ctx.save_data("mask", ((double)vars[1], (ulong)vars[2], MemoryLayout.IsChannelsLast(x)));
        return DropoutKernel.Apply(x, (double)vars[1], (ulong)vars[2]);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        // A managed exception must not cross libtorch's frames, which call this.
        try
        {
            using var scope = NewDisposeScope();
            var (probability, key, channelsLast) = ((double, ulong, bool))ctx.get_data("mask");
            var dense = channelsLast ? MemoryLayout.ToChannelsLast(grad_output) : grad_output.contiguous();
            return [DropoutKernel.Apply(dense, probability, key).MoveToOuterDisposeScope(), null!, null!];
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return [full_like(grad_output, float.NaN), null!, null!];
        }
    }
}
