using Brownian.Checkpoints.Foreign;
using Brownian.Networks;
using Brownian.Networks.Song;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Networks;

public sealed class SongUNetTests : LeakCheck
{
    private static readonly SongUNetConfig Small = new()
    {
        SampleSize = 8,
        ModelChannels = 8,
        ChannelMult = [1, 2],
        LayersPerBlock = 1,
        AttnResolutions = [4],
        Dropout = 0,
    };

    /// <summary>Every option of the three architectures, on a small network.</summary>
    public static TheoryData<string> Variants => [.. Shapes.Keys];

    private static Dictionary<string, SongUNetConfig> Shapes { get; } = new(StringComparer.Ordinal)
    {
        ["ddpm++"] = Small,
        ["ncsn++"] = Small with { TimeEmbeddingType = "fourier", TimeFeatureMult = 2, FirKernel = [1, 3, 3, 1], ProgressiveInput = "residual" },
        ["log fourier, by sigma"] = Small with { TimeEmbeddingType = "log_fourier", TimeFeatureMult = 2, ScaleBySigma = true },
        ["by sigma, positional"] = Small with { ScaleBySigma = true, SigmaMin = 0.01, SigmaMax = 50, SigmaCount = 10 },
        ["ddpm blocks"] = Small with { ResblockType = "ddpm" },
        ["ddpm blocks, fir"] = Small with { ResblockType = "ddpm", FirKernel = [1, 3, 3, 1] },
        ["ddpm blocks, no convolution"] = Small with { ResblockType = "ddpm", ResampWithConv = false },
        ["input skip, sum"] = Small with { ProgressiveInput = "input_skip" },
        ["input skip, cat, fir"] = Small with { ProgressiveInput = "input_skip", ProgressiveCombine = "cat", FirKernel = [1, 3, 3, 1] },
        ["input residual, no rescaling"] = Small with { ProgressiveInput = "residual", SkipRescale = false },
        ["output skip"] = Small with { Progressive = "output_skip" },
        ["output skip, fir"] = Small with { Progressive = "output_skip", FirKernel = [1, 3, 3, 1] },
        ["output residual"] = Small with { Progressive = "residual" },
        ["output residual, fir"] = Small with { Progressive = "residual", FirKernel = [1, 3, 3, 1] },
        ["all pyramids"] = Small with { Progressive = "output_skip", ProgressiveInput = "residual" },
        ["not told the noise"] = Small with { IsNoiseConditional = false },
        ["elu"] = Small with { ActFn = "elu" },
        ["uneven low-pass"] = Small with { FirKernel = [1, 2, 1] },
        ["classes and augmentation"] = Small with { ClassCount = 3, AugmentDim = 4 },
        ["adm"] = SongUNetConfig.Dhariwal with
        {
            SampleSize = 8,
            ModelChannels = 8,
            ChannelMult = [1, 2],
            LayersPerBlock = 1,
            AttnResolutions = [8, 4],
            HeadChannels = 4,
            Dropout = 0,
            ClassCount = 3,
            AugmentDim = 4,
            OutChannels = 6,
        },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void Every_weight_that_can_matter_gets_a_gradient(string variant)
    {
        using var scope = NewDisposeScope();
        using var network = Awake(Shapes[variant]);
        var output = Output(network);
        Assert.Equal([2, network.Config.OutChannels, 8, 8], output.shape);
        Assert.True(output.isfinite().all().item<bool>());
        output.square().mean().backward();
        var asleep = network.named_parameters().Where(p => p.parameter.grad is not { } gradient || gradient.abs().max().item<float>() == 0).Select(p => p.name);

        // A key's bias shifts all scores alike, and softmax cancels it; a network that is not told the noise keeps the reference's unused layers.
        Assert.DoesNotContain(asleep, name => !name.EndsWith("to_k.bias", StringComparison.Ordinal)
            && !(variant == "not told the noise" && name.Contains("time_emb_proj", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Kernels_change_nothing_but_rounding_and_bfloat16_is_near(string variant)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = Awake(Shapes[variant]);
        var fast = Output(network);
        (network.Compute.FusedKernels, network.Compute.PacksWeights, network.Compute.ChannelsLast) = (false, false, false);
        var plain = Output(network);
        Assert.True(Relative(fast, plain) < 1e-5, $"{Relative(fast, plain)}");
        network.ComputeType = ScalarType.BFloat16;
        Assert.InRange(Relative(Output(network), plain), 1e-6, 0.05);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_configuration_makes_the_same_network_again(string variant)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var read = NetworkConfig.Read(Shapes[variant].ToJson());
        using var again = Assert.IsType<SongUNet>(read.Create(seed: 7));
        using var network = new SongUNet(Shapes[variant], seed: 7);
        Assert.Equal(0, (Output(network) - Output(again)).abs().max().item<float>());
    }

    [Fact]
    public void Resampling_with_two_equal_taps_is_the_mean_and_repetition()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var plain = Awake(Small);
        using var filtered = Awake(Small with { FirKernel = [1, 1] });
        Assert.Equal(0, Relative(Output(plain), Output(filtered)));
    }

    [Theory]
    [InlineData("ddpm", 0.1)]
    [InlineData("biggan", 1)]
    public void Shortcuts_start_as_in_score_sde(string blocks, double scale)
    {
        using var scope = NewDisposeScope();
        using var network = new SongUNet(Small with { ResblockType = blocks, ModelChannels = 32 }, seed: 1);
        var weight = network.state_dict()["down1_block0.conv_shortcut.weight"];

        // Variance scale over the mean of fan-in and fan-out, 48; that of 2048 uniform numbers is off by 2 %.
        Assert.InRange(weight.square().mean().item<float>() * 48 / scale, 0.92, 1.08);
    }

    [Fact]
    public void A_new_network_predicts_nearly_nothing()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = new SongUNet(Small, seed: 3);

        // The last layer starts with weights of √10⁻¹⁰, as the papers' code has it.
        Assert.InRange(Output(network).abs().max().item<float>(), 1e-9, 1e-3);
    }

    [Fact]
    public void The_label_past_the_last_class_means_any_class()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = Awake(Shapes["classes and augmentation"]);
        using var noise = new RandomStream(5);
        var (x, t) = (noise.NormalLike(zeros(2, 3, 8, 8)), tensor(new float[] { 0.3f, 0.7f }));
        var any = network.call(x, t, null);
        Assert.Equal(0, Relative(any, network.call(x, t, new() { Labels = tensor(new long[] { 3, 3 }) })));
        Assert.True(Relative(any, network.call(x, t, new() { Labels = tensor(new long[] { 0, 1 }) })) > 1e-3);
        var weights = tensor(new float[] { 1, 0, 0, 0, 1, 0 }).reshape(2, 3);
        Assert.Equal(0, Relative(network.call(x, t, new() { Labels = tensor(new long[] { 0, 1 }) }), network.call(x, t, new() { Embedding = weights })));
    }

    [Theory]
    [InlineData("progressive", "both")]
    [InlineData("resblock_type", "adm")]
    public void What_does_not_exist_is_named(string field, string value)
    {
        var json = System.Text.Json.JsonDocument.Parse($$$"""{"model": {"{{{field}}}": "{{{value}}}"} }""").RootElement;
        var error = Assert.Throws<ArgumentException>(() => ScoreSdeFormat.Config(json).Create());
        Assert.Contains(field, error.Message, StringComparison.Ordinal);
        Assert.Contains(value, error.Message, StringComparison.Ordinal);
    }

    private static SongUNet Awake(SongUNetConfig config)
    {
        var network = new SongUNet(config, seed: 1);
        using var frozen = no_grad();
        using var noise = new RandomStream(2);
        foreach (var (_, parameter) in network.named_parameters())
        {
            using var added = noise.NormalLike(parameter);
            parameter.add_(added, alpha: 0.05);
        }

        network.eval();
        return network;
    }

    private static Tensor Output(SongUNet network)
    {
        using var noise = new RandomStream(5);
        var x = noise.NormalLike(zeros(2, network.Config.InChannels, 8, 8));
        return network.call(x, tensor(new float[] { 1.25f, 7 }), new()
        {
            Labels = network.Config.ClassCount > 0 ? tensor(new long[] { 0, 2 }) : null,
            Augmentation = network.Config.AugmentDim > 0 ? ones(2, network.Config.AugmentDim) : null,
        });
    }

    private static double Relative(Tensor a, Tensor b) => ((a - b).norm() / b.norm()).item<float>();
}
