using Brownian.Runtime;
using Brownian.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Training;

public sealed class AdamWTests
{
    private static readonly OptimizerConfig Config = new() { WeightDecay = 0.1, Beta2 = 0.95, Clip = null };

    // Five updates of size 0.01: float32 rounding of the moments moves a weight by less than 1e-6.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Five_updates_equal_libtorchs_own_AdamW(bool fused)
    {
        using var scope = NewDisposeScope();
        using var ours = new ToyNetwork();
        using var theirs = new ToyNetwork();
        using var flat = new FlatParameters(ours);
        using var adam = new AdamW(flat, Config) { Fused = fused };
        using var reference = optim.AdamW(theirs.parameters(), 0.01, Config.Beta1, Config.Beta2, Config.Epsilon, Config.WeightDecay);
        for (var number = 1; number <= 5; number++)
        {
            adam.ClearGradients();
            reference.zero_grad();
            Loss(ours, number).backward();
            Loss(theirs, number).backward();
            adam.Step(number, 0.01, adam.GradientNorm());
            reference.step();
        }

        foreach (var (a, b) in ours.parameters().Zip(theirs.parameters()))
        {
            Assert.True((a - b).abs().max().item<float>() < 1e-6);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Clipping_scales_the_gradient_to_the_norm_asked_for(bool fused)
    {
        using var scope = NewDisposeScope();
        using var network = new ToyNetwork();
        using var flat = new FlatParameters(network);
        using var adam = new AdamW(flat, Config with { Clip = 0.25, Beta1 = 0 }) { Fused = fused };
        Loss(network, 1).backward();
        var norm = adam.GradientNorm();
        Assert.True(norm > 0.25);
        adam.Step(1, 0.01, norm);

        // With β1 = 0 the first moment is the clipped gradient itself.
        Assert.Equal(0.25, adam.FirstMoment.norm().item<float>(), 1e-6);
    }

    [Fact]
    public void Gradients_below_the_limit_are_left_alone()
    {
        using var scope = NewDisposeScope();
        using var network = new ToyNetwork();
        using var flat = new FlatParameters(network);
        using var adam = new AdamW(flat, Config with { Clip = 1e6, Beta1 = 0 });
        Loss(network, 1).backward();
        var norm = adam.GradientNorm();
        adam.Step(1, 0.01, norm);
        Assert.Equal(norm, adam.FirstMoment.norm().item<float>(), 1e-6 * norm);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_gradient_norm_is_libtorchs(bool fused)
    {
        using var scope = NewDisposeScope();
        using var network = new ToyNetwork();
        using var flat = new FlatParameters(network);
        using var adam = new AdamW(flat, Config) { Fused = fused };
        Loss(network, 1).backward();
        var ours = adam.GradientNorm();
        Assert.Equal(nn.utils.clip_grad_norm_(network.parameters(), 1e9), ours, 1e-6 * ours);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Parameters_that_got_no_gradient_stay(bool fused)
    {
        using var scope = NewDisposeScope();
        using var network = new ToyNetwork();
        using var flat = new FlatParameters(network);
        using var adam = new AdamW(flat, Config) { Fused = fused };
        var before = network.get_parameter("classes.weight")!.clone();
        Loss(network, 1).backward();
        adam.Step(1, 0.01, adam.GradientNorm());
        Assert.Equal(before.data<float>().ToArray(), network.get_parameter("classes.weight")!.data<float>().ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_average_follows_the_weights_of_the_same_update(bool fused)
    {
        using var scope = NewDisposeScope();
        using var network = new ToyNetwork();
        using var flat = new FlatParameters(network);
        using var adam = new AdamW(flat, Config) { Fused = fused };
        using var average = new Ema(flat);
        var expected = flat.Buffer.clone();
        for (var number = 1; number <= 3; number++)
        {
            adam.ClearGradients();
            Loss(network, number).backward();
            adam.Step(number, 0.01, adam.GradientNorm(), average, 0.9);
            expected = (0.9 * expected) + (0.1 * flat.Buffer.detach());
        }

        // Three float32 averages of numbers below 2.
        Assert.True((expected - average.Average).abs().max().item<float>() < 1e-6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_update_raises_the_versions_of_the_parameters(bool fused)
    {
        using var scope = NewDisposeScope();
        using var network = new ToyNetwork();
        using var flat = new FlatParameters(network);
        using var adam = new AdamW(flat, Config) { Fused = fused };
        var before = flat.Parameters.Select(Aten.Version).ToArray();
        Loss(network, 1).backward();
        adam.Step(1, 0.01, adam.GradientNorm());
        Assert.All(
            flat.Parameters.Zip(before).Where(p => p.First.grad is not null),
            p => Assert.True(Aten.Version(p.First) > p.Second));
    }

    [Fact]
    public void Flat_parameters_keep_their_values_and_follow_updates()
    {
        using var scope = NewDisposeScope();
        using var network = new ToyNetwork();
        using var before = network.get_parameter("middle.weight")!.clone();
        using var flat = new FlatParameters(network);
        Assert.Equal(before.data<float>().ToArray(), network.get_parameter("middle.weight")!.data<float>().ToArray());
        using (no_grad())
        {
            network.get_parameter("middle.weight")!.fill_(7);
        }

        Assert.Equal(32 * 32, flat.Buffer.eq(7).sum().item<long>());
        Assert.Equal(network.parameters().Sum(p => p.numel()), flat.Count);
    }

    [Fact]
    public void Parameters_of_another_type_are_refused_with_advice()
    {
        using var network = new ToyNetwork();
        network.to(ScalarType.BFloat16);
        var error = Assert.Throws<ArgumentException>(() => new FlatParameters(network));
        Assert.Contains("ComputeType", error.Message, StringComparison.Ordinal);
    }

    private static Tensor Loss(ToyNetwork network, int number)
    {
        using var random = new RandomStream(9, (ulong)number);
        return network.call(random.NormalLike(zeros(16, 2)), zeros(16), null).square().sum();
    }
}
