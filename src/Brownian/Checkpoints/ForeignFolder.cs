using Brownian.Networks;
using Brownian.Networks.UNet;

namespace Brownian.Checkpoints;

/// <summary>Folders that diffusers wrote: what brownian.json would say, read from the scheduler's and the network's configuration.</summary>
internal static class ForeignFolder
{
    /// <exception cref="CheckpointFormatException">A file is missing or says too little.</exception>
    public static BrownianFile Read(string folder, NetworkConfig config) => config is UNet2DConfig unet
        ? Read(folder, unet)
        : throw new CheckpointFormatException(
            Path.Combine(folder, BrownianFile.FileName), $"the file is missing, which tells the path that the {config.ClassName} was trained on",
            "Restore it from the run that wrote the folder.");

    private static BrownianFile Read(string folder, UNet2DConfig network)
    {
        var path = Path.Combine(folder, "scheduler", "scheduler_config.json");
        var config = JsonFile.ReadObject(path);
        if (network.SampleSize is not { } size)
        {
            throw new CheckpointFormatException(
                Path.Combine(folder, "unet", "config.json"), "sample_size is missing, which tells the images' size", "Add it, in pixels.");
        }

        try
        {
            var scheduler = DiffusersScheduler.Read(config);
            return new()
            {
                Path = scheduler.Path,
                Parameterization = scheduler.Parameterization,
                Image = new(network.InChannels, size.Height, size.Width),
                ClassCount = network.NumClassEmbeds,
                Sampling = RecommendedSampling.For(scheduler.Path) with { Clip = scheduler.Thresholding?.Range },
            };
        }
        catch (Exception e) when (e is FormatException or NotSupportedException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new CheckpointFormatException(path, $"the scheduler cannot be read: {e.Message}", "Check its configuration.", inner: e);
        }
    }
}
