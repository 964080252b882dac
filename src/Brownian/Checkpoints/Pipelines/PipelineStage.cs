using Brownian.Networks.UNet;

namespace Brownian.Checkpoints;

/// <summary>One run of a pipeline of several: a network and its scheduler, in our words.</summary>
/// <param name="Model">Network, path and parameterization.</param>
/// <param name="Scheduler">Which levels are visited, how, and how the predicted data are kept in range.</param>
/// <param name="Shape">The shape of one sample: [D] for embeddings, [C, H, W] for images.</param>
public sealed record PipelineStage(DiffusionModel Model, DiffusersScheduler Scheduler, IReadOnlyList<long> Shape)
{
    internal static PipelineStage Of(Network network, DiffusersScheduler scheduler, IReadOnlyList<long> shape) =>
        new(new(network, scheduler.Path, scheduler.Parameterization), scheduler, shape);

    /// <summary>[C, H, W] of the size that a configuration names.</summary>
    internal static IReadOnlyList<long> Images(long channels, ImageSize? size, string file) => size is { } sides
        ? [channels, sides.Height, sides.Width]
        : throw new CheckpointFormatException(file, "sample_size, which says how large the pictures are, is null", "Write the size into the configuration.");
}
