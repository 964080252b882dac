using Brownian.Runtime;
using Brownian.Runtime.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2) and clipping by the global gradient norm. On the CPU one
/// pass over memory updates weights, moments and average; clipping costs no pass of its own.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private readonly FlatParameters parameters;
    private readonly OptimizerConfig config;
    private readonly IReadOnlyList<Tensor> nothings;

    public AdamW(FlatParameters parameters, OptimizerConfig config)
    {
        this.parameters = parameters;
        this.config = config;
        FirstMoment = parameters.NewBuffer();
        SecondMoment = parameters.NewBuffer();
        nothings = [.. parameters.Parameters.Select(Nothing)];
        Fused = parameters.Buffer.device_type == DeviceType.CPU;
    }

    /// <summary>The running mean of the gradient, laid out as the parameters.</summary>
    public Tensor FirstMoment { get; }

    /// <summary>The running mean of the squared gradient, laid out as the parameters.</summary>
    public Tensor SecondMoment { get; }

    /// <summary>Whether the hand-written kernel is used, which is for the CPU; the same formula in libtorch's operators otherwise.</summary>
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
        if (Fused)
        {
            return Math.Sqrt(AdamWKernel.SumOfSquares(Pieces(null)));
        }

        var norms = Gathered().Select(run => run.Gradient.norm()).ToArray();
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

    /// <summary>One update of the weights, and of their average if there is one.</summary>
    /// <param name="number">The number of this update, from 1.</param>
    /// <param name="learningRate">The rate of this update.</param>
    /// <param name="gradientNorm">The norm of all gradients; finite.</param>
    /// <param name="average">The average that follows the weights.</param>
    /// <param name="decay">The average's decay.</param>
    public void Step(long number, double learningRate, double gradientNorm, Ema? average = null, double decay = 1)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var divisor = config.Clip is { } clip && gradientNorm > clip ? gradientNorm / clip : 1;
        if (Fused)
        {
            AdamWKernel.Update(Pieces(average), Rates(number, learningRate, divisor, decay));
            Announce();
            return;
        }

        foreach (var (start, gradient) in Gathered())
        {
            Step(start, gradient / divisor, number, learningRate);
        }

        Announce();
        average?.Update(decay);
    }

    private AdamWRates Rates(long number, double learningRate, double divisor, double decay) => new()
    {
        Keep = (float)(1 - learningRate * config.WeightDecay),
        Step = (float)(learningRate / (1 - Math.Pow(config.Beta1, number))),
        Epsilon = (float)config.Epsilon,
        NewFirst = (float)(1 - config.Beta1),
        Beta2 = (float)config.Beta2,
        NewSecond = (float)(1 - config.Beta2),
        GradientScale = (float)(1 / divisor),
        RootCorrection = (float)(1 / Math.Sqrt(1 - Math.Pow(config.Beta2, number))),
        NewAverage = (float)(1 - decay),
    };

    // Gradients that backward left in another layout are copied; the copies live in the caller's scope.
    private unsafe AdamWPiece[] Pieces(Ema? average)
    {
        float* weights = Address(parameters.Buffer), first = Address(FirstMoment), second = Address(SecondMoment);
        var averages = average is null ? null : Address(average.Average);
        var pieces = new List<AdamWPiece>();
        for (var i = 0; i < parameters.Parameters.Count; i++)
        {
            var (start, count) = parameters.Range(i);
            var gradient = parameters.Parameters[i].grad is { } given ? Address(given.contiguous()) : null;
            for (long done = 0; done < count; done += AdamWKernel.Piece)
            {
                var at = start + done;
                pieces.Add(new()
                {
                    Weight = weights + at,
                    Gradient = gradient is null ? null : gradient + done,
                    First = first + at,
                    Second = second + at,
                    Average = averages is null ? null : averages + at,
                    Count = (int)Math.Min(AdamWKernel.Piece, count - done),
                });
            }
        }

        return [.. pieces];

        static float* Address(Tensor tensor) => (float*)Aten.Ptr(tensor);
    }

    // The kernel writes behind libtorch's back. Writing nothing in place raises the parameters' versions, which packed weights watch.
    private void Announce()
    {
        Span<ulong> stack = [Aten.List(nothings)];
        Aten.Call("aten::_foreach_zero_\0"u8, ""u8, stack);
    }

    private static Tensor Nothing(Tensor parameter)
    {
        using var frozen = no_grad();
        using var flat = parameter.view(-1);
        return flat.narrow(0, 0, 0).DetachFromDisposeScope();
    }

    // On a GPU a launch costs more than its arithmetic, so parameters are updated as one tensor: 12 launches, not 10 for each of hundreds.
    private void Step(long start, Tensor gradient, long number, double learningRate)
    {
        var count = gradient.numel();
        var (weights, first, second) = (
            parameters.Buffer.narrow(0, start, count), FirstMoment.narrow(0, start, count), SecondMoment.narrow(0, start, count));
        weights.mul_(1 - learningRate * config.WeightDecay);
        first.lerp_(gradient, 1 - config.Beta1);
        second.mul_(config.Beta2).addcmul_(gradient, gradient, 1 - config.Beta2);
        var denominator = (second / (1 - Math.Pow(config.Beta2, number))).sqrt_().add_(config.Epsilon);
        weights.addcdiv_(first, denominator, -learningRate / (1 - Math.Pow(config.Beta1, number)));
    }

    /// <summary>The gradients, laid out as the parameters: one tensor for each run of parameters that have one.</summary>
    private List<(long Start, Tensor Gradient)> Gathered()
    {
        var runs = new List<(long, Tensor)>();
        var pieces = new List<Tensor>();
        var (start, end) = (0L, 0L);
        for (var i = 0; i < parameters.Parameters.Count; i++)
        {
            if (parameters.Parameters[i].grad is not { } gradient)
            {
                Close();
                continue;
            }

            var (at, count) = parameters.Range(i);
            if (pieces.Count == 0)
            {
                start = at;
            }
            else if (at > end)
            {
                pieces.Add(gradient.new_zeros(at - end));
            }

            pieces.Add(gradient.reshape(-1));
            end = at + count;
        }

        Close();
        return runs;

        void Close()
        {
            if (pieces.Count > 0)
            {
                runs.Add((start, cat(pieces, 0)));
                pieces.Clear();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[.. nothings, FirstMoment, SecondMoment])
        {
            tensor.Dispose();
        }
    }
}
