using TorchSharp.Modules;
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

    /// <summary>x where positive, eˣ − 1 elsewhere (Clevert et al. 2015).</summary>
    Elu,

    /// <summary>x where positive, 0.2·x elsewhere.</summary>
    LeakyRelu,

    /// <summary>GELU with ½(1 + tanh(√(2/π)(x + 0.044715·x³))) for Φ (Hendrycks and Gimpel 2016).</summary>
    GeluTanh,

    /// <summary>x·sigmoid(1.702·x), an approximation of GELU (Hendrycks and Gimpel 2016, sec. 2): CLIP's.</summary>
    QuickGelu,
}

/// <summary>Names and values of activations.</summary>
public static class Activations
{
    /// <summary>The activation that configurations call <paramref name="name"/> ("silu", "swish", "mish", "gelu", "quick_gelu", "relu", "elu", "lrelu").</summary>
    /// <exception cref="ArgumentException">The name is unknown.</exception>
    public static Activation Parse(string name) => name.ToLowerInvariant() switch
    {
        "silu" or "swish" => Activation.Silu,
        "mish" => Activation.Mish,
        "gelu" => Activation.Gelu,
        "quick_gelu" => Activation.QuickGelu,
        "relu" => Activation.Relu,
        "elu" => Activation.Elu,
        "lrelu" => Activation.LeakyRelu,
        _ => throw new ArgumentException($"act_fn: expected silu, swish, mish, gelu, quick_gelu, relu, elu or lrelu; got \"{name}\".", nameof(name)),
    };

    /// <summary>The activation of <paramref name="x"/>, any shape.</summary>
    public static Tensor Apply(this Activation activation, Tensor x) => activation switch
    {
        Activation.None => x.alias(),
        Activation.Silu => nn.functional.silu(x),
        Activation.Mish => nn.functional.mish(x),
        Activation.Gelu => nn.functional.gelu(x),
        Activation.QuickGelu => x * (x * 1.702).sigmoid_(),
        Activation.Relu => nn.functional.relu(x),
        Activation.Elu => nn.functional.elu(x, 1.0),
        Activation.LeakyRelu => nn.functional.leaky_relu(x, 0.2),
        Activation.GeluTanh => nn.functional.gelu(x, GELU.Approximate.tanh),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "not an activation"),
    };
}
