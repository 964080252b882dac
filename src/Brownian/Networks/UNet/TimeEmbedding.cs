using Brownian.Networks.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Networks.UNet;

/// <summary>The three ways in which a <see cref="UNet2D"/> turns its time label into features.</summary>
internal static class TimeEmbedding
{
    /// <summary>The module, [N] → [N, F], and F.</summary>
    public static (nn.Module<Tensor, Tensor> Module, long Width) Create(UNet2DConfig config)
    {
        var channels = config.TimeFeatureChannels ?? config.BlockOutChannels[0];
        return config.TimeEmbeddingType switch
        {
            "positional" => (new SinusoidalFeatures(channels, config.FlipSinToCos, config.FreqShift), channels),
            "fourier" => (new FourierFeatures(channels, spread: 16), 2 * channels),
            "learned" => (new Lookup(Steps(config), channels), channels),
            var other => throw new ArgumentException($"time_embedding_type: expected positional, fourier or learned; got \"{other}\"."),
        };
    }

    private static int Steps(UNet2DConfig config) => config.NumTrainTimesteps
        ?? throw new ArgumentException("num_train_timesteps: expected a number, since time_embedding_type is learned; got null.");
}
