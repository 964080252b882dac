using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Runtime.Kernels;

/// <summary>The fused group norm as a node of the autograd graph.</summary>
internal sealed class NormFunction : autograd.SingleTensorFunction<NormFunction>
{
    /// <inheritdoc/>
    public override string Name => "BrownianFusedNorm";

    /// <summary>activation(norm(x + before)·(1 + scale) + shift), differentiable.</summary>
    public static Tensor Of(Tensor x, NormInputs inputs)
    {
        if (!is_grad_enabled())
        {
            var (y, statistics) = FusedNorm.Forward(x, inputs);
            statistics.Dispose();
            return y;
        }

        return apply(x, inputs.Weight, inputs.Bias, inputs.Before!, inputs.Scale!, inputs.Shift!, inputs);
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var x = (Tensor)vars[0];
        var inputs = (NormInputs)vars[6];
        var (y, statistics) = FusedNorm.Forward(x, inputs);
        List<Tensor> kept = [x, statistics, inputs.Weight, inputs.Bias];
        kept.AddRange(new[] { inputs.Before, inputs.Scale, inputs.Shift }.OfType<Tensor>());
        ctx.save_for_backward(kept);
        ctx.save_data("inputs", inputs with { Weight = null!, Bias = null!, Before = null, Scale = null, Shift = null });
        ctx.save_data("parts", (inputs.Before is not null, inputs.Scale is not null));
        return y;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        // A managed exception must not cross libtorch's frames, which call this. A gradient that is not a number is noticed by every trainer.
        try
        {
            return Gradients(ctx, grad_output);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            Failure = error;
            return [full_like(ctx.get_saved_variables()[0], float.NaN), null!, null!, null!, null!, null!, null!];
        }
    }

    /// <summary>The last error of a backward pass, whose gradients became NaN.</summary>
    public static Exception? Failure { get; private set; }

    private static List<Tensor> Gradients(autograd.AutogradContext ctx, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (hasBefore, hasScale) = ((bool, bool))ctx.get_data("parts");
        var next = 4;
        var inputs = (NormInputs)ctx.get_data("inputs") with
        {
            Weight = saved[2],
            Bias = saved[3],
            Before = hasBefore ? saved[next++] : null,
            Scale = hasScale ? saved[next++] : null,
            Shift = hasScale ? saved[next] : null,
        };
        var x = saved[0];
        var dy = MemoryLayout.ToChannelsLast(gradient.dtype == x.dtype ? gradient : gradient.to(x.dtype));
        var result = FusedNorm.Backward(x, dy, saved[1], inputs);
        var (s1, s2) = (result.Sums.select(1, 0), result.Sums.select(1, 1)); // [N, C]
        var gain = inputs.Scale is null ? null : 1 + inputs.Scale;
        Tensor?[] gradients =
        [
            result.X,
            (gain is null ? s2 : s2 * gain).sum([0L]),
            (gain is null ? s1 : s1 * gain).sum([0L]),
            result.Before,
            gain is null ? null : s2 * inputs.Weight + s1 * inputs.Bias,
            gain is null ? null : s1.clone(),
        ];
        return [.. gradients.Select(g => g?.MoveToOuterDisposeScope()!), null!];
    }
}
