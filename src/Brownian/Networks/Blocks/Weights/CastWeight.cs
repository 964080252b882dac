using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>A parameter in the type and memory format that a layer computes with, differentiably.</summary>
internal static class CastWeight
{
    /// <summary><paramref name="parameter"/> in <paramref name="type"/>, channels-last if it has four axes and the type differs.</summary>
    public static Tensor In(Tensor parameter, ScalarType type)
    {
        if (parameter.dtype == type)
        {
            return parameter;
        }

        var cast = parameter.to(type);
        return cast.dim() == 4 ? MemoryLayout.ToChannelsLast(cast) : cast;
    }
}
