using Brownian.Networks.UNet;
using Brownian.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Networks;

public sealed class UNet2DComputeTests : LeakCheck
{
    private static readonly UNet2DConfig Small = new()
    {
        BlockOutChannels = [16, 32],
        DownBlockTypes = ["DownBlock2D", "AttnDownBlock2D"],
        UpBlockTypes = ["AttnUpBlock2D", "UpBlock2D"],
        LayersPerBlock = 1,
        NormNumGroups = 8,
        NumClassEmbeds = 5,
        DownsamplePadding = 0,
    };

    [Fact]
    public void Kernels_and_packed_weights_change_nothing_but_rounding()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = Randomised();
        var fast = Output(network);
        (network.Compute.FusedKernels, network.Compute.PacksWeights, network.Compute.ChannelsLast) = (false, false, false);
        var plain = Output(network);

        // Some 30 layers, each with float32 sums in another order.
        Assert.True(Difference(fast, plain) < 2e-5, $"{Difference(fast, plain)}");
    }

    [Fact]
    public void Bfloat16_is_near_float32_in_output_and_gradients()
    {
        using var scope = NewDisposeScope();
        using var network = Randomised();
        var (exact, exactGradient) = OutputAndGradient(network);
        network.ComputeType = ScalarType.BFloat16;
        var (rough, roughGradient) = OutputAndGradient(network);
        Assert.Equal(ScalarType.Float32, rough.dtype);

        // bfloat16 has 8 bits: single roundings err by 0.4 %, and some 30 of them add up.
        Assert.InRange(Relative(rough, exact), 1e-5, 0.03);
        Assert.InRange(Relative(roughGradient, exactGradient), 1e-5, 0.06);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Weights_changed_after_inference_are_noticed(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = Randomised();
        using var fresh = Randomised();
        network.ComputeType = fresh.ComputeType = type;
        Output(network);
        foreach (var (name, parameter) in network.named_parameters())
        {
            parameter.mul_(1.5);
            fresh.get_parameter(name)!.mul_(1.5);
        }

        Assert.Equal(0, Difference(Output(network), Output(fresh)));

        // Storage exchanged under a parameter, as a trainer with flat buffers does.
        foreach (var (name, parameter) in network.named_parameters())
        {
            var other = parameter.detach().clone() * 0.5;
            parameter.set_(other);
            fresh.get_parameter(name)!.mul_(0.5);
        }

        Assert.Equal(0, Difference(Output(network), Output(fresh)));
    }

    [Fact]
    public void Threads_share_a_network()
    {
        using var network = Randomised();
        using var expected = Quietly(() => Output(network));
        var worst = new double[4];
        var threads = Enumerable.Range(0, worst.Length).Select(i => new Thread(() =>
        {
            for (var round = 0; round < 5; round++)
            {
                using var scope = NewDisposeScope();
                using var frozen = no_grad();
                var (x, t, labels) = Inputs();
                var count = 1 + ((i + round) % 3);
                var some = network.call(x[..count], t[..count], new() { Labels = labels[..count] });
                worst[i] = Math.Max(worst[i], Difference(some, expected[..count]));
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(worst, difference => Assert.True(difference < 1e-4, $"{difference}"));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void A_batch_is_bit_for_bit_its_samples_one_by_one(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = Randomised();
        network.ComputeType = type;
        var (x, t, labels) = Inputs();
        var all = network.call(x, t, new() { Labels = labels });
        for (var i = 0; i < x.size(0); i++)
        {
            var one = network.call(x[i..(i + 1)], t[i..(i + 1)], new() { Labels = labels[i..(i + 1)] });
            Assert.Equal(0, Difference(one, all[i..(i + 1)]));
        }
    }

    [Fact]
    public void Grey_images_are_as_good_as_coloured_ones()
    {
        using var scope = NewDisposeScope();
        using var network = new UNet2D(Small with { InChannels = 1, OutChannels = 1, NumClassEmbeds = null });
        var (x, t, _) = Inputs();
        var y = network.call(x[.., ..1], t, null);
        y.square().mean().backward();
        Assert.Equal([3, 1, 8, 8], y.shape);
    }

    [Fact]
    public void A_forward_and_backward_pass_leaves_nothing_behind()
    {
        using var network = Randomised();
        for (var i = 0; i < 3; i++)
        {
            using var scope = NewDisposeScope();
            OutputAndGradient(network);
            foreach (var parameter in network.parameters())
            {
                parameter.grad = null;
            }
        }
    }

    private static Tensor Quietly(Func<Tensor> compute)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return compute().DetachFromDisposeScope();
    }

    private static UNet2D Randomised()
    {
        var network = new UNet2D(Small, seed: 3);
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var noise = new RandomStream(11);
        foreach (var parameter in network.parameters())
        {
            parameter.add_(noise.NormalLike(parameter) * 0.05);
        }

        return network;
    }

    private static (Tensor X, Tensor T, Tensor Labels) Inputs()
    {
        using var noise = new RandomStream(5);
        return (noise.NormalLike(empty(3, 3, 8, 8)), tensor(new float[] { 1, 300, 999 }), tensor(new long[] { 0, 4, 2 }));
    }

    private static Tensor Output(UNet2D network)
    {
        var (x, t, labels) = Inputs();
        return network.call(x, t, new() { Labels = labels });
    }

    private static (Tensor Output, Tensor Gradient) OutputAndGradient(UNet2D network)
    {
        foreach (var parameter in network.parameters())
        {
            parameter.grad = null;
        }

        var output = Output(network);
        output.square().mean().backward();
        return (output.detach(), cat([.. network.parameters().Select(p => p.grad!.flatten())]));
    }

    private static double Difference(Tensor a, Tensor b) => (a - b).abs().max().item<float>();

    private static double Relative(Tensor a, Tensor b) => ((a - b).norm() / b.norm()).item<float>();
}
