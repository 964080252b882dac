using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>Dropout from a stream that the caller names, so that a resumed run drops what the uninterrupted one would have.</summary>
internal static class Dropout
{
    /// <summary>Zeroes each element of <paramref name="x"/>, any shape, with this probability and scales the rest to keep the mean.</summary>
    /// <exception cref="InvalidOperationException">There is no stream.</exception>
    public static Tensor Apply(Tensor x, double probability, RandomStream? noise)
    {
        if (noise is null)
        {
            throw new InvalidOperationException(
                "dropout: the network is in training mode and has no random stream. Set Network.DropoutNoise before each step, or call eval().");
        }

        using var scope = NewDisposeScope();
        var kept = noise.Uniform(x.shape).to(x.device).ge(probability).to(x.dtype).mul_(1 / (1 - probability));
        return (x * kept).MoveToOuterDisposeScope();
    }
}
