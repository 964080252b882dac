using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>A pointwise nonlinearity.</summary>
public enum Activation
{
    /// <summary>The identity.</summary>
    None,

    /// <summary>x·sigmoid(x), also called swish (Ramachandran et al. 2017).</summary>
    Silu,

    /// <summary>x·tanh(softplus(x)) (Misra 2019).</summary>
    Mish,

    /// <summary>x·Φ(x), the exact form (Hendrycks and Gimpel 2016).</summary>
    Gelu,

    /// <summary>max(x, 0).</summary>
    Relu,
}

/// <summary>Names and values of activations.</summary>
public static class Activations
{
    /// <summary>The activation that diffusers' configurations call <paramref name="name"/> ("silu", "swish", "mish", "gelu", "relu").</summary>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    public static Activation Parse(string name) => name.ToLowerInvariant() switch
    {
        "silu" or "swish" => Activation.Silu,
        "mish" => Activation.Mish,
        "gelu" => Activation.Gelu,
        "relu" => Activation.Relu,
        _ => throw new ArgumentException($"act_fn: expected silu, swish, mish, gelu or relu; got \"{name}\".", nameof(name)),
    };

    /// <summary>The activation of <paramref name="x"/>, any shape.</summary>
    public static Tensor Apply(this Activation activation, Tensor x) => activation switch
    {
        Activation.None => x.alias(),
        Activation.Silu => nn.functional.silu(x),
        Activation.Mish => nn.functional.mish(x),
        Activation.Gelu => nn.functional.gelu(x),
        Activation.Relu => nn.functional.relu(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "not an activation"),
    };
}
