using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Clip;

/// <summary>The blocks of one of CLIP's transformers.</summary>
internal sealed class ClipEncoder : nn.Module
{
    private readonly ClipLayer[] layers;

    public ClipEncoder(ClipConfig config, ComputeSettings compute)
        : base(nameof(ClipEncoder))
    {
        layers = [.. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => new ClipLayer(config, compute))];
        register_module("layers", nn.ModuleList(layers));
    }

    /// <summary>What comes in, [N, T, D], and after it the output of every block.</summary>
    public IReadOnlyList<Tensor> States(Tensor x, Tensor? mask)
    {
        var states = new List<Tensor> { x };
        foreach (var layer in layers)
        {
            states.Add(layer.call(states[^1], mask));
        }

        return states;
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
