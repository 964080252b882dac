using Brownian.Data;

namespace Brownian.Tests.Data;

public sealed class LoaderSpeedTests
{
    [Fact]
    public void Loading_digits_is_far_from_limiting_a_training_run()
    {
        var images = Enumerable.Range(0, 1000).Select(i => (ReadOnlyMemory<byte>)Pictures.Noise(1, 28, 28, (ulong)i).Pixels).ToArray();
        var set = new MemoryDataset("noise", (1, 28, 28), images, new int[1000], ["a"]);
        var speed = LoaderSpeed.Measure(set, new LoaderOptions { BatchSize = 128, Flip = true }, TimeSpan.FromSeconds(0.4));
        // A quiet core does more than a million; a training step on two cores takes a few thousand images a second at most.
        Assert.InRange(speed.ImagesPerProcessorSecond, 50_000, double.PositiveInfinity);
        Assert.InRange(speed.ImagesPerSecond, 1, 2 * Environment.ProcessorCount * speed.ImagesPerProcessorSecond);
    }
}
