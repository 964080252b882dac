using static TorchSharp.torch;

namespace Brownian;

/// <summary>A source of standard normal noise. Randomness is always an argument.</summary>
public interface INoise
{
    /// <summary>Fresh N(0, I) noise with the shape, type and device of <paramref name="like"/>, [N, …].</summary>
    Tensor NormalLike(Tensor like);
}
