using static TorchSharp.torch;

namespace Brownian;

/// <summary>Noise that is the increments of one Brownian motion: finer steps see the same path in more detail.</summary>
public interface IBrownianNoise : INoise
{
    /// <summary>The increment between two times, in either direction, divided by its standard deviation √|to − from|: [N, …], N(0, I).</summary>
    /// <param name="like">Shape, type and device.</param>
    /// <param name="from">A time ≥ 0; samplers use σ/α.</param>
    /// <param name="to">Another.</param>
    Tensor Between(Tensor like, double from, double to);
}
