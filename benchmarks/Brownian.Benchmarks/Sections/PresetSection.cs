using Brownian.Networks.UNet;
using Brownian.Training;

namespace Brownian.Benchmarks.Sections;

/// <summary>Training steps of the presets, at the size and batch that they are made for.</summary>
internal static class PresetSection
{
    public static void Run(Bench bench)
    {
        foreach (var (preset, size, channels) in ((string, int, int)[])[("tiny", 8, 1), ("mnist", 28, 1), ("cifar", 32, 3), ("64", 64, 3)])
        {
            var config = Presets.Load(preset);
            var usual = (UNet2DConfig)config.Network;
            var network = usual with
            {
                SampleSize = size,
                InChannels = channels,
                OutChannels = channels,
                NumClassEmbeds = 11,
                NormNumGroups = usual.NormNumGroups ?? 32,
            };

            // The step of a large batch is its pieces' steps: a piece of 64 images says as much, sooner.
            var batch = Math.Min(config.Batch, size >= 64 ? 8 : 64);
            TrainingSection.Compare(
                bench, "presets", $"{preset}, {size}×{size}, batch {batch}", network, batch, 3 * batch * Workload.Flops(network), Math.Min(bench.Rounds, 9));
        }
    }
}
