using Brownian.Networks.Blocks;
using Brownian.Runtime;
using Brownian.Runtime.Kernels;
using Brownian.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Runtime;

public sealed class DropoutTests : LeakCheck
{
    [Theory]
    [InlineData(0.1, ScalarType.Float32)]
    [InlineData(0.5, ScalarType.BFloat16)]
    public void The_wanted_share_is_dropped_and_the_rest_scaled(double probability, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var x = ones(8, 32, 31, 33, dtype: type);
        var y = DropoutKernel.Apply(x, probability, 42).to(ScalarType.Float32);
        var dropped = y.eq(0).to(ScalarType.Float64).mean().item<double>();

        // Five standard deviations of a share of 262k draws.
        Assert.InRange(dropped, probability - 0.005, probability + 0.005);
        Assert.Equal(1 / (1 - probability), y.max().item<float>(), 2);
    }

    [Fact]
    public void A_key_names_the_mask_and_neighbouring_keys_have_nothing_in_common()
    {
        using var scope = NewDisposeScope();
        var x = ones(100_003);
        var (a, again, b) = (DropoutKernel.Apply(x, 0.5, 7), DropoutKernel.Apply(x, 0.5, 7), DropoutKernel.Apply(x, 0.5, 8));
        Assert.Equal(0, (a - again).abs().max().item<float>());
        var agreement = a.eq(b).to(ScalarType.Float64).mean().item<double>();

        // Independent masks agree in half of their places; five standard deviations.
        Assert.InRange(agreement, 0.492, 0.508);
    }

    [Fact]
    public void The_mask_does_not_depend_on_the_number_of_threads()
    {
        using var scope = NewDisposeScope();
        var x = ones(200_001);
        var threads = get_num_threads();
        var many = DropoutKernel.Apply(x, 0.3, 5);
        set_num_threads(1);
        var one = DropoutKernel.Apply(x, 0.3, 5);
        set_num_threads(threads);
        Assert.Equal(0, (many - one).abs().max().item<float>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Gradients_pass_where_values_passed(bool channelsLast)
    {
        using var scope = NewDisposeScope();
        using var noise = new RandomStream(1);
        var data = noise.NormalLike(empty(2, 16, 5, 7));
        var x = (channelsLast ? MemoryLayout.ToChannelsLast(data) : data).detach().clone().requires_grad_(true);
        var y = DropoutFunction.Of(x, 0.4, 11);
        y.sum().backward();
        Assert.True((y / x - x.grad!).abs().max().item<float>() < 1e-5);
        Assert.True(x.grad!.eq(0).any().item<bool>());
    }

    [Fact]
    public void Without_a_stream_training_with_dropout_is_refused()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<InvalidOperationException>(() => Dropout.Apply(ones(8), 0.1, null));
        Assert.Contains("DropoutNoise", error.Message, StringComparison.Ordinal);
    }
}
