using Brownian.Networks;
using Brownian.Networks.Refine;
using Brownian.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Networks;

public sealed class RefineNetTests : LeakCheck
{
    private static readonly RefineNetConfig Small = new() { SampleSize = 8, ModelChannels = 4, SigmaCount = 5, SigmaMax = 2 };

    public static TheoryData<string> Variants => [.. Shapes.Keys];

    private static Dictionary<string, RefineNetConfig> Shapes { get; } = new(StringComparer.Ordinal)
    {
        ["ncsnv2"] = Small,
        ["ncsn"] = Small with { IsConditional = true },
        ["deeper"] = Small with { Depth = "deeper" },
        ["deepest, conditional"] = Small with { Depth = "deepest", IsConditional = true },
        ["spectral norm"] = Small with { IsConditional = true, SpectralNorm = true },
        ["instance norm"] = Small with { Normalization = "InstanceNorm", IsConditional = true },
        ["batch norm"] = Small with { Normalization = "BatchNorm" },
        ["batch norm, conditional"] = Small with { Normalization = "BatchNorm", IsConditional = true },
        ["variance norm"] = Small with { Normalization = "VarianceNorm", ActFn = "lrelu" },
        ["variance norm, conditional"] = Small with { Normalization = "VarianceNorm", IsConditional = true },
        ["no norm"] = Small with { Normalization = "NoneNorm", SigmaUniform = true },
    };

    [Theory]
    [MemberData(nameof(Variants))]
    public void Every_weight_gets_a_gradient(string variant)
    {
        using var scope = NewDisposeScope();
        using var network = new RefineNet(Shapes[variant], seed: 1);
        network.eval();
        var output = Output(network);
        Assert.Equal([2, 3, 16, 16], output.shape);
        output.square().mean().backward();
        var asleep = network.named_parameters().Where(p => p.parameter.grad is not { } gradient || gradient.abs().max().item<float>() == 0).Select(p => p.name);
        Assert.Empty(asleep);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_configuration_makes_the_same_network_again_and_bfloat16_is_near(string variant)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = new RefineNet(Shapes[variant], seed: 1);
        using var again = Assert.IsType<RefineNet>(NetworkConfig.Read(Shapes[variant].ToJson()).Create(seed: 1));
        network.eval();
        again.eval();
        var exact = Output(network);
        Assert.Equal(0, Relative(Output(again), exact));
        again.ComputeType = ScalarType.BFloat16;
        Assert.InRange(Relative(Output(again), exact), 1e-6, 0.1);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void A_network_in_double_precision_agrees_with_float32_and_goes_back(string variant)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = new RefineNet(Shapes[variant], seed: 1);
        network.eval();
        var single = Output(network);
        network.to(ScalarType.Float64);
        Assert.InRange(Relative(Output(network).to(ScalarType.Float32), single), 1e-9, 1e-4);
        network.to(ScalarType.Float32);
        Assert.True(Relative(Output(network), single) < 1e-6);
    }

    [Fact]
    public void Spectral_norm_holds_every_inner_convolution_at_norm_one()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var convolution = new SpectralConvolution(3, 5, 1, 1, hasBias: false, new());
        using var noise = new RandomStream(4);
        ((Brownian.Networks.Blocks.IInitialized)convolution).Initialize(noise);
        convolution.eval();
        var columns = convolution.call(eye(3).reshape(3, 3, 1, 1)).reshape(3, 5);
        Assert.Equal(1, linalg.svd(columns, fullMatrices: false).S[0].item<float>(), 3);
    }

    [Fact]
    public void The_score_of_ncsnv2_grows_as_sigma_falls()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = new RefineNet(Small, seed: 1);
        network.eval();
        var x = ones(1, 3, 16, 16) / 2;
        var (noisy, clean) = (network.call(x, tensor(new long[] { 0 }), null), network.call(x, tensor(new long[] { 4 }), null));

        // The same network output over σ of 2 and of 0.01.
        Assert.Equal(200, (clean.norm() / noisy.norm()).item<float>(), 2);
    }

    [Fact]
    public void Class_labels_and_continuous_paths_are_refused()
    {
        Assert.Contains("labels", Assert.Throws<ArgumentException>(() => Small.For(new(3, 8, 8) { Labels = 4, Levels = 5 })).Message, StringComparison.Ordinal);
        Assert.Contains("continuous", Assert.Throws<ArgumentException>(() => Small.For(new(3, 8, 8))).Message, StringComparison.Ordinal);
    }

    private static Tensor Output(RefineNet network)
    {
        using var noise = new RandomStream(5);
        return network.call(noise.NormalLike(zeros(2, 3, 16, 16)), tensor(new long[] { 0, 3 }), null);
    }

    private static double Relative(Tensor a, Tensor b) => ((a - b).norm() / b.norm()).item<float>();
}
