using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>The two layers between raw time features and the embedding that blocks see: [N, C] → [N, E].</summary>
public sealed class EmbeddingMlp : nn.Module<Tensor, Tensor>
{
    private readonly Dense first;
    private readonly Dense second;
    private readonly Activation activation;

    /// <summary>Linear, activation, linear.</summary>
    public EmbeddingMlp(long inChannels, long width, ComputeSettings compute, Activation activation = Activation.Silu)
        : base(nameof(EmbeddingMlp))
    {
        this.activation = activation;
        register_module("linear_1", first = new(inChannels, width, compute, exact: true));
        register_module("linear_2", second = new(width, width, compute, exact: true));
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return second.call(activation.Apply(first.call(x))).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
