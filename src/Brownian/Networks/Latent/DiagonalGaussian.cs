using static TorchSharp.torch;

namespace Brownian.Networks.Latent;

/// <summary>Independent normal distributions, one a number of a latent (Kingma and Welling 2014, app. B).</summary>
/// <param name="Mean">[N, C, H, W].</param>
/// <param name="LogVariance">log σ², [N, C, H, W].</param>
public sealed record DiagonalGaussian(Tensor Mean, Tensor LogVariance)
{
    /// <summary>The range in which encoders' log variances are kept.</summary>
    private const double Smallest = -30, Largest = 20;

    /// <summary>Reads what an encoder outputs: means, and after them log variances, [N, 2C, H, W].</summary>
    public static DiagonalGaussian Read(Tensor moments)
    {
        var channels = moments.size(1) / 2;
        return new(moments.narrow(1, 0, channels), moments.narrow(1, channels, channels).clamp(Smallest, Largest));
    }

    /// <summary>The standard deviations, [N, C, H, W].</summary>
    public Tensor Deviation()
    {
        using var scope = NewDisposeScope();
        return (LogVariance * 0.5).exp_().MoveToOuterDisposeScope();
    }

    /// <summary>A sample, [N, C, H, W].</summary>
    public Tensor Sample(INoise noise)
    {
        using var scope = NewDisposeScope();
        return (Mean + Deviation() * noise.NormalLike(Mean)).MoveToOuterDisposeScope();
    }

    /// <summary>KL(this ‖ N(0, I)) of each sample in nats, [N].</summary>
    public Tensor Kl()
    {
        using var scope = NewDisposeScope();
        return (0.5 * (Mean.square() + LogVariance.exp() - 1 - LogVariance).flatten(1).sum(1)).MoveToOuterDisposeScope();
    }

    /// <summary>KL(this ‖ <paramref name="other"/>) of each sample in nats, [N].</summary>
    public Tensor Kl(DiagonalGaussian other)
    {
        using var scope = NewDisposeScope();
        var difference = (Mean - other.Mean).square() / other.LogVariance.exp();
        var ratio = (LogVariance - other.LogVariance).exp() - 1 - LogVariance + other.LogVariance;
        return (0.5 * (difference + ratio).flatten(1).sum(1)).MoveToOuterDisposeScope();
    }

    /// <summary>−log density of each sample in nats, [N].</summary>
    /// <param name="sample">[N, C, H, W].</param>
    public Tensor NegativeLogLikelihood(Tensor sample)
    {
        using var scope = NewDisposeScope();
        var terms = Math.Log(2 * Math.PI) + LogVariance + (sample - Mean).square() / LogVariance.exp();
        return (0.5 * terms.flatten(1).sum(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Hands both tensors to the dispose scope around the current one.</summary>
    public DiagonalGaussian MoveToOuterScope() => new(Mean.MoveToOuterDisposeScope(), LogVariance.MoveToOuterDisposeScope());
}
