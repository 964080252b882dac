using static TorchSharp.torch;

namespace Brownian.Guidance;

/// <summary>A denoiser whose x0 stays in the data's range.</summary>
/// <param name="inner">The denoiser.</param>
/// <param name="rule">How x0 is brought back.</param>
public sealed class Thresholded(IDenoiser inner, Thresholding rule) : IDenoiser
{
    /// <inheritdoc/>
    public Denoised Denoise(Tensor xt, NoiseLevel at)
    {
        using var scope = NewDisposeScope();
        return Apply(inner.Denoise(xt, at), xt, at, rule).MoveToOuterScope();
    }

    /// <summary>A belief about <paramref name="xt"/>, [N, …], with its x0 brought back.</summary>
    internal static Denoised Apply(Denoised belief, Tensor xt, NoiseLevel at, Thresholding rule)
    {
        var x0 = Threshold(belief.X0, rule);
        var epsilon = rule.RederiveEpsilon ? Denoised.FromX0(x0, xt, NoiseLevels.Of(at, xt)).Epsilon : belief.Epsilon;
        return belief with { X0 = x0, Epsilon = epsilon };
    }

    /// <summary>The thresholded data, [N, …].</summary>
    /// <param name="x0">Data, [N, …].</param>
    /// <param name="rule">The rule.</param>
    public static Tensor Threshold(Tensor x0, Thresholding rule)
    {
        if (rule.Quantile is not { } quantile)
        {
            return x0.clamp(-rule.Range, rule.Range);
        }

        using var scope = NewDisposeScope();
        var flat = x0.flatten(1);
        var bound = flat.abs().quantile(tensor(quantile, dtype: flat.dtype, device: flat.device), 1, keepdim: true).clamp(rule.Range, rule.LargestBound);
        return flat.clamp(-bound, bound).mul_(rule.Range / bound).reshape(x0.shape).MoveToOuterDisposeScope();
    }
}
