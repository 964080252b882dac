using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Clip;

/// <summary>What CLIP's two encoders share: the type that they compute in, and the projection into the space where texts and images meet.</summary>
/// <typeparam name="TOutput">What an encoder says.</typeparam>
public abstract class ClipTower<TOutput> : nn.Module<Tensor, TOutput>
{
    private Dense? projection;

    private protected ClipTower(string name)
        : base(name)
    {
    }

    /// <summary>Float32, or bfloat16 for convolutions and matrix products.</summary>
    public ScalarType ComputeType
    {
        get => Compute.Type;
        set => Compute.Type = value;
    }

    private protected ComputeSettings Compute { get; } = new();

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Adds the projection, under the encoder's name for it.</summary>
    private protected void AddProjection(string name, ClipConfig config) =>
        register_module(name, projection = new(config.HiddenSize, config.ProjectionDim, Compute, hasBias: false));

    /// <summary>The shared embedding of what was pooled, [N, D] → [N, E]; null without a projection.</summary>
    private protected Tensor? Embedding(Tensor pooled)
    {
        using var scope = NewDisposeScope();
        return projection?.call(pooled).to(pooled.dtype).MoveToOuterDisposeScope();
    }
}
