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
        return model.Read(Guided(any, wanted, xt.size(1)), xt, levels).MoveToOuterScope();
    }

    /// <summary>Frees the joined condition.</summary>
    public void Dispose()
    {
        both?.Labels?.Dispose();
        both?.Embedding?.Dispose();
        both?.Tokens?.Dispose();
        both?.Image?.Dispose();
    }

    private Tensor Guided(Tensor any, Tensor wanted, long channels)
    {
        if (any.size(1) != 2 * channels)
        {
            return any.lerp(wanted, scale);
        }

        var mean = any.narrow(1, 0, channels).lerp(wanted.narrow(1, 0, channels), scale);
        return cat([mean, wanted.narrow(1, channels, channels)], 1);
    }

    /// <summary>The joined condition lives as long as this denoiser.</summary>
    private static Condition Kept(Condition joined)
    {
        joined.Labels?.DetachFromDisposeScope();
        joined.Embedding?.DetachFromDisposeScope();
        joined.Tokens?.DetachFromDisposeScope();
        joined.Image?.DetachFromDisposeScope();
        return joined;
    }
}
