using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>The state of one sampling run.</summary>
public interface IStepper : IDisposable
{
    /// <summary>One step. It is told both ends: deriving the previous time from the present one is how others go wrong.</summary>
    /// <param name="xt">Data at <paramref name="from"/>, [N, …]; borrowed.</param>
    /// <param name="from">The level now.</param>
    /// <param name="to">The level to reach, with less noise.</param>
    /// <returns>Data at <paramref name="to"/>, [N, …].</returns>
    Tensor Step(Tensor xt, NoiseLevel from, NoiseLevel to);
}
