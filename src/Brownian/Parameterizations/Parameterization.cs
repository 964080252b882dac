using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>What a network is trained to output, and how a belief is read from it.</summary>
public abstract record Parameterization
{
    /// <summary>What the network should output, [N, …], for data <paramref name="x0"/> and noise <paramref name="epsilon"/>, [N, …].</summary>
    public abstract Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at);

    /// <summary>The belief in the network's <paramref name="output"/>, [N, …], for <paramref name="xt"/>, [N, …].</summary>
    public abstract Denoised Read(Tensor output, Tensor xt, NoiseLevels at);

    /// <summary>What the network is shown instead of <paramref name="xt"/>, [N, …].</summary>
    public virtual Tensor Input(Tensor xt, NoiseLevels at) => xt.alias();

    /// <summary>What the network is told about the noise, [N] or [].</summary>
    public virtual Tensor Label(NoiseLevels at) => at.Time.alias();
}
