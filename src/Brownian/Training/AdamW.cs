using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2) and clipping by the global gradient norm. On the CPU one
/// call of libtorch's fused operator updates everything, and clipping costs no pass of its own.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private readonly FlatParameters parameters;
    private readonly OptimizerConfig config;
    private readonly IReadOnlyList<Tensor> firstViews;
    private readonly IReadOnlyList<Tensor> secondViews;
    private readonly Tensor stepCount = zeros(1, dtype: ScalarType.Float32).DetachFromDisposeScope();

    public AdamW(FlatParameters parameters, OptimizerConfig config)
    {
        this.parameters = parameters;
        this.config = config;
        FirstMoment = parameters.NewBuffer();
        SecondMoment = parameters.NewBuffer();
        firstViews = [.. parameters.Views(FirstMoment).Select(v => v.DetachFromDisposeScope())];
        secondViews = [.. parameters.Views(SecondMoment).Select(v => v.DetachFromDisposeScope())];
        Fused = parameters.Buffer.device_type == TorchSharp.DeviceType.CPU;
    }

    /// <summary>The running mean of the gradient, laid out as the parameters.</summary>
    public Tensor FirstMoment { get; }

    /// <summary>The running mean of the squared gradient, laid out as the parameters.</summary>
    public Tensor SecondMoment { get; }

    /// <summary>Whether libtorch's fused operator is used; the same formula in single operators otherwise.</summary>
    public bool Fused { get; init; }

    /// <summary>Throws the gradients away. Backward then keeps its own tensors instead of adding to zeros.</summary>
    public void ClearGradients()
    {
        foreach (var parameter in parameters.Parameters)
        {
            using var old = parameter.grad;
            if (old is not null)
            {
                parameter.grad = null;
            }
        }
    }

    /// <summary>The norm of all gradients as one vector, before clipping.</summary>
    public double GradientNorm()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var norms = parameters.Parameters.Select(p => p.grad).OfType<Tensor>().Select(g => g.norm()).ToArray();
        return norms.Length == 0 ? 0 : stack(norms).norm().item<float>();
    }

    /// <summary>The first parameter whose gradient is not finite; null if all are, and only their norm overflowed.</summary>
    public string? NonFiniteGradient()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        for (var i = 0; i < parameters.Parameters.Count; i++)
        {
            if (parameters.Parameters[i].grad is { } gradient && !gradient.isfinite().all().item<bool>())
            {
                return parameters.Names[i];
            }
        }

        return null;
    }

    /// <summary>One update.</summary>
    /// <param name="number">The number of this update, from 1.</param>
    /// <param name="learningRate">The rate of this update.</param>
    /// <param name="gradientNorm">The norm of all gradients; finite.</param>
    public void Step(long number, double learningRate, double gradientNorm)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var divisor = config.Clip is { } clip && gradientNorm > clip ? gradientNorm / clip : 1;
        var used = Enumerable.Range(0, parameters.Parameters.Count)
            .Select(i => (Index: i, Gradient: parameters.Parameters[i].grad)).Where(x => x.Gradient is not null).ToArray();
        if (Fused)
        {
            StepFused(used!, number, learningRate, divisor);
            return;
        }

        foreach (var (i, gradient) in used)
        {
            StepSimple(i, gradient! / divisor, number, learningRate);
        }
    }

    private void StepFused((int Index, Tensor Gradient)[] used, long number, double learningRate, double divisor)
    {
        // float32 counts steps exactly up to 2^24; by then both bias corrections are 1.
        stepCount.fill_((double)number);
        Span<ulong> stack =
        [
            Aten.List(used.Select(x => parameters.Parameters[x.Index])),
            Aten.List(used.Select(x => x.Gradient)),
            Aten.List(used.Select(x => firstViews[x.Index])),
            Aten.List(used.Select(x => secondViews[x.Index])),
            Aten.List(Array.Empty<Tensor>()),
            Aten.List(used.Select(_ => stepCount)),
            Aten.D(learningRate), Aten.D(config.Beta1), Aten.D(config.Beta2), Aten.D(config.WeightDecay), Aten.D(config.Epsilon),
            Aten.B(false), Aten.B(false),
            divisor == 1 ? Aten.None : Aten.Opt(Aten.T(tensor((float)divisor))),
            Aten.None,
        ];
        Aten.Call("aten::_fused_adamw_\0"u8, ""u8, stack);
    }

    private void StepSimple(int index, Tensor gradient, long number, double learningRate)
    {
        var (parameter, first, second) = (parameters.Parameters[index], firstViews[index], secondViews[index]);
        parameter.mul_(1 - learningRate * config.WeightDecay);
        first.lerp_(gradient, 1 - config.Beta1);
        second.mul_(config.Beta2).addcmul_(gradient, gradient, 1 - config.Beta2);
        var denominator = (second / (1 - Math.Pow(config.Beta2, number))).sqrt_().add_(config.Epsilon);
        parameter.addcdiv_(first, denominator, -learningRate / (1 - Math.Pow(config.Beta1, number)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[.. firstViews, .. secondViews, FirstMoment, SecondMoment, stepCount])
        {
            tensor.Dispose();
        }
    }
}
