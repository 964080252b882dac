using static TorchSharp.torch;

namespace Brownian.Guidance;

/// <summary>
/// Classifier-free guidance (Ho and Salimans 2022): <c>unconditional + scale·(conditional − unconditional)</c>, from one network call on a
/// doubled batch. A learned variance is the conditional one.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="condition">What is wanted, for N samples.</param>
/// <param name="unconditional">The network's "any", for N samples; with the same parts as <paramref name="condition"/>.</param>
/// <param name="scale">1 is no guidance, 0 is unconditional; above 1 exaggerates the condition. This is the paper's 1 + w.</param>
public sealed class ClassifierFree(DiffusionModel model, Condition condition, Condition unconditional, double scale) : IDenoiser, IDisposable
{
    private readonly Condition? both = scale is 0 or 1 ? null : Kept(Condition.Join(unconditional, condition));

    /// <summary>How many of the output's first channels are guided, the others being the conditional ones; null for all that are no learned variance.</summary>
    /// <remarks>facebookresearch/DiT guides 3 of 4.</remarks>
    public long? GuidedChannels { get; init; }

    /// <inheritdoc/>
    public Denoised Denoise(Tensor xt, NoiseLevel at)
    {
        using var scope = NewDisposeScope();
        var levels = NoiseLevels.Of(at, xt);
        if (both is null)
        {
            return model.Read(model.Output(xt, levels, scale == 1 ? condition : unconditional), xt, levels).MoveToOuterScope();
        }

        var output = model.Output(cat([xt, xt], 0), levels, both);
        var (any, wanted) = (output.narrow(0, 0, xt.size(0)), output.narrow(0, xt.size(0), xt.size(0)));
        return model.Read(Combine(any, wanted, scale, GuidedChannels ?? xt.size(1)), xt, levels).MoveToOuterScope();
    }

    /// <summary>Frees the joined condition.</summary>
    public void Dispose()
    {
        foreach (var tensor in both?.Tensors ?? [])
        {
            tensor.Dispose();
        }
    }

    /// <summary>The guided output, of whose channels only the first <paramref name="channels"/> are guided, [N, …].</summary>
    internal static Tensor Combine(Tensor any, Tensor wanted, double scale, long channels)
    {
        using var scope = NewDisposeScope();
        if (any.dim() < 2 || any.size(1) <= channels)
        {
            return any.lerp(wanted, scale).MoveToOuterDisposeScope();
        }

        var mean = any.narrow(1, 0, channels).lerp(wanted.narrow(1, 0, channels), scale);
        return cat([mean, wanted.narrow(1, channels, wanted.size(1) - channels)], 1).MoveToOuterDisposeScope();
    }

    /// <summary>The joined condition lives as long as this denoiser.</summary>
    private static Condition Kept(Condition joined)
    {
        foreach (var tensor in joined.Tensors)
        {
            tensor.DetachFromDisposeScope();
        }

        return joined;
    }
}
