using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>
/// A parameter in the type and memory format that a layer computes with: cast on every call while gradients flow, cast once and kept
/// otherwise. The kept copy is dropped as soon as the parameter's version changes, or its storage.
/// </summary>
/// <param name="channelsLast">Whether 4-D parameters are laid out channels-last.</param>
internal sealed class CastWeight(bool channelsLast) : IDisposable
{
    private Tensor? kept;
    private (ulong Version, nint Data, ScalarType Type) key;

    /// <summary><paramref name="parameter"/> in <paramref name="type"/>. The result may be kept here: borrow it.</summary>
    public Tensor In(Tensor parameter, ScalarType type)
    {
        if (type == parameter.dtype)
        {
            Forget();
            return parameter;
        }

        if (is_grad_enabled() && parameter.requires_grad)
        {
            Forget();
            return channelsLast ? MemoryLayout.ToChannelsLast(parameter.to(type)) : parameter.to(type);
        }

        var now = (Aten.Version(parameter), Aten.DataPointer(parameter), type);
        if (kept is null || now != key)
        {
            Forget();
            using var frozen = no_grad();
            var cast = parameter.to(type);
            kept = (channelsLast ? MemoryLayout.ToChannelsLast(cast) : cast).DetachFromDisposeScope();
            key = now;
        }

        return kept;
    }

    /// <summary>Drops the kept copy.</summary>
    public void Forget()
    {
        kept?.Dispose();
        kept = null;
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();
}
