using Brownian.Training;
using static TorchSharp.torch;

namespace Brownian.Tests.Training;

public sealed class EmaTests
{
    [Theory]
    [InlineData(1, 2.0 / 11)]
    [InlineData(90, 0.91)]
    [InlineData(1_000_000, 0.999)]
    public void The_warm_up_formula_rises_to_the_decay(long step, double expected) =>
        Assert.Equal(expected, new EmaConfig { Kind = EmaKind.Warmup, Decay = 0.999 }.DecayAt(step, step * 64, 64), 1e-12);

    [Fact]
    public void After_a_half_life_of_images_a_weight_counts_half()
    {
        var config = new EmaConfig { HalfLifeImages = 640, RampUp = null };
        Assert.Equal(0.5, Math.Pow(config.DecayAt(1, 0, 64), 10), 1e-12);
    }

    [Fact]
    public void The_ramp_up_limits_the_half_life_to_a_fraction_of_the_run()
    {
        var config = new EmaConfig { HalfLifeImages = 1e6, RampUp = 0.05 };
        Assert.Equal(0, config.DecayAt(1, 0, 64));                                    // the first average is the weights themselves
        Assert.Equal(Math.Pow(0.5, 64 / 500.0), config.DecayAt(157, 10_000, 64), 1e-12);
        Assert.Equal(Math.Pow(0.5, 64 / 1e6), config.DecayAt(1, 100_000_000, 64), 1e-12);
    }

    [Fact]
    public void The_average_is_the_recurrence_by_hand()
    {
        using var scope = NewDisposeScope();
        using var network = new ToyNetwork();
        using var flat = new FlatParameters(network);
        using var ema = new Ema(flat);
        var expected = flat.Buffer.clone();
        foreach (var decay in (double[])[0.2, 0.9, 0.5])
        {
            using (no_grad())
            {
                flat.Buffer.add_(1);
            }

            ema.Update(decay);
            expected = decay * expected + (1 - decay) * flat.Buffer;
        }

        // lerp rounds once where the formula rounds three times.
        Assert.True((expected - ema.Average).abs().max().item<float>() < 4e-7);
    }

    [Fact]
    public void Applying_the_average_gives_the_trained_weights_back_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        using var network = new ToyNetwork();
        using var flat = new FlatParameters(network);
        using var ema = new Ema(flat);
        var average = Values(network);
        using (no_grad())
        {
            flat.Buffer.add_(1);
        }

        var trained = Values(network);
        using (ema.Applied())
        {
            Assert.Equal(average, Values(network));
        }

        Assert.Equal(trained, Values(network));
        Assert.NotEqual(average, trained);
    }

    private static float[] Values(ToyNetwork network) => [.. network.parameters().SelectMany(p => p.data<float>().ToArray())];
}
