using Brownian.Networks.UNet;
using Brownian.Training;
using static TorchSharp.torch;

namespace Brownian.Tests.Training;

public sealed class PresetTests
{
    public static TheoryData<string> Names => [.. Presets.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_preset_is_valid_and_explains_itself(string name)
    {
        var config = Presets.Load(name);
        config.Validate();
        Assert.NotEmpty(config.Description!);
        Assert.False(config.Budget.IsOpen);
    }

    [Theory]
    [InlineData("tiny", 1, 8, 0.5, 0.9)]
    [InlineData("mnist", 1, 28, 1.5, 4)]
    [InlineData("cifar", 3, 32, 10, 25)]
    [InlineData("cifar-ddpm", 3, 32, 35.746, 35.747)]     // the paper's 35.7 M
    [InlineData("64", 3, 64, 20, 45)]
    [InlineData("128", 3, 128, 50, 110)]
    public void Its_network_can_be_made_and_has_the_size_expected(string name, int channels, int size, double least, double most)
    {
        using var scope = NewDisposeScope();
        using var network = Network(name, channels, size);
        Assert.InRange(network.parameters().Sum(p => p.numel()) / 1e6, least, most);
    }

    [Theory]
    [InlineData("tiny", 1, 8)]
    [InlineData("mnist", 1, 28)]
    public void The_small_ones_run_forward(string name, int channels, int size)
    {
        using var scope = NewDisposeScope();
        using var network = Network(name, channels, size);
        using var output = network.call(zeros(2, channels, size, size), zeros(2), new Condition { Labels = tensor((long[])[0, 10]) });
        Assert.Equal([2, channels, size, size], output.shape);
        Assert.True(output.isfinite().all().item<bool>());
    }

    [Theory]
    [InlineData(8, 1, "tiny")]
    [InlineData(28, 1, "mnist")]
    [InlineData(32, 3, "cifar")]
    [InlineData(64, 3, "64")]
    [InlineData(256, 3, "128")]
    public void The_image_size_chooses_the_preset(int size, int channels, string expected) =>
        Assert.Equal(expected, Presets.For(size, channels));

    private static UNet2D Network(string name, int channels, int size)
    {
        var config = Presets.Load(name);
        return new((UNet2DConfig)config.Network with
        {
            InChannels = channels,
            OutChannels = channels,
            SampleSize = size,
            NumClassEmbeds = config.Data.Classes ? 11 : null,
        });
    }
}
