using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>Layers under names, for what has parameters and no arithmetic of its own.</summary>
internal sealed class Parts : nn.Module
{
    /// <param name="parts">The layers by name.</param>
    public Parts(params ReadOnlySpan<(string Name, nn.Module Module)> parts)
        : base(nameof(Parts))
    {
        foreach (var (name, module) in parts)
        {
            register_module(name, module);
        }
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
