using Brownian.Samplers;
using static TorchSharp.torch;

namespace Brownian.Tests.Samplers;

/// <summary>r(x) = exp(slope·x), scaled by a factor of the level.</summary>
internal sealed class Slope(double slope, Func<NoiseLevel, double> factor) : ISecondDistribution
{
    public Tensor LogGradient(Tensor x, NoiseLevel at) => full_like(x, slope * factor(at));
}
