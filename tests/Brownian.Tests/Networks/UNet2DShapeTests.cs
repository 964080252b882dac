using System.Text.Json.Nodes;
using Brownian.Networks.UNet;
using Brownian.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Networks;

public sealed class UNet2DShapeTests : LeakCheck
{
    private static readonly UNet2DConfig Base = new()
    {
        BlockOutChannels = [32, 64],
        LayersPerBlock = 1,
        NormNumGroups = 8,
        DownBlockTypes = ["DownBlock2D", "DownBlock2D"],
        UpBlockTypes = ["UpBlock2D", "UpBlock2D"],
    };

    private static readonly IReadOnlyDictionary<string, UNet2DConfig> Variants = new Dictionary<string, UNet2DConfig>(StringComparer.Ordinal)
    {
        ["plain"] = Base,
        ["attention"] = Base with { DownBlockTypes = ["AttnDownBlock2D", "AttnDownBlock2D"], UpBlockTypes = ["AttnUpBlock2D", "AttnUpBlock2D"] },
        ["attention, one head, resampled in blocks"] = Base with
        {
            DownBlockTypes = ["AttnDownBlock2D", "DownBlock2D"],
            UpBlockTypes = ["UpBlock2D", "AttnUpBlock2D"],
            AttentionHeadDim = null,
            DownsampleType = "resnet",
            UpsampleType = "resnet",
        },
        ["resnet resampling, scale-shift, no attention"] = Base with
        {
            DownBlockTypes = ["ResnetDownsampleBlock2D", "ResnetDownsampleBlock2D"],
            UpBlockTypes = ["ResnetUpsampleBlock2D", "ResnetUpsampleBlock2D"],
            ResnetTimeScaleShift = "scale_shift",
            AddAttention = false,
        },
        ["skip"] = Base with
        {
            DownBlockTypes = ["SkipDownBlock2D", "SkipDownBlock2D"],
            UpBlockTypes = ["SkipUpBlock2D", "SkipUpBlock2D"],
            TimeEmbeddingType = "fourier",
            NormNumGroups = null,
            MidBlockScaleFactor = 1.41,
        },
        ["skip with attention"] = Base with
        {
            DownBlockTypes = ["AttnSkipDownBlock2D", "SkipDownBlock2D"],
            UpBlockTypes = ["SkipUpBlock2D", "AttnSkipUpBlock2D"],
            AttentionHeadDim = 16,
        },
        ["old names"] = Base with { DownBlockTypes = ["UNetResDownBlock2D", "UNetResAttnDownBlock2D"], UpBlockTypes = ["UNetResAttnUpBlock2D", "UNetResUpBlock2D"] },
        ["learned time, no middle"] = Base with { TimeEmbeddingType = "learned", NumTrainTimesteps = 20, MidBlockType = null },
        ["classes by table"] = Base with { NumClassEmbeds = 4 },
        ["classes by time features"] = Base with { ClassEmbedType = "timestep" },
        ["classes by vector"] = Base with { ClassEmbedType = "identity", TimeEmbeddingDim = 48 },
        ["odd channels and unusual functions"] = Base with { BlockOutChannels = [15, 30], NormNumGroups = 5, ActFn = "mish", AttentionHeadDim = 7, CenterInputSample = true },
        ["gelu, groups of the middle"] = Base with { ActFn = "gelu", AttnNormNumGroups = 4, ResnetTimeScaleShift = "scale_shift" },
        ["relu, asymmetric"] = Base with { ActFn = "ReLU", DownsamplePadding = 0, InChannels = 5, OutChannels = 7 },
        ["one level, odd image"] = Base with { BlockOutChannels = [32], DownBlockTypes = ["AttnDownBlock2D"], UpBlockTypes = ["AttnUpBlock2D"] },
    };

    public static TheoryData<string> Names => [.. Variants.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_kind_of_block_runs_the_same_with_kernels_and_without_and_every_weight_gets_a_gradient(string name)
    {
        using var scope = NewDisposeScope();
        using var network = new UNet2D(Variants[name], seed: 1);
        Disturb(network);
        var fast = Run(network);
        Assert.All(network.named_parameters(), p => Assert.True(p.parameter.grad is not null, $"{p.name} has no gradient"));
        using (no_grad())
        {
            (network.Compute.FusedKernels, network.Compute.PacksWeights) = (true, true);
            var packed = Run(network, backward: false);
            (network.Compute.FusedKernels, network.Compute.PacksWeights, network.Compute.ChannelsLast) = (false, false, false);
            var plain = Run(network, backward: false);

            // Sums of float32 numbers in different orders through some 20 layers.
            var scale = Math.Max(1, plain.abs().max().item<float>());
            Assert.True((fast - plain).abs().max().item<float>() < 1e-4 * scale);
            Assert.True((packed - plain).abs().max().item<float>() < 1e-4 * scale);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_configuration_survives_its_json(string name)
    {
        var config = Variants[name];
        var json = config.ToJson();
        Assert.Equal(json, UNet2DConfig.FromJson(json).ToJson());
        Assert.Equal("UNet2DModel", JsonNode.Parse(json)!["_class_name"]!.GetValue<string>());
    }

    [Fact]
    public void A_configuration_of_diffusers_keeps_all_its_values()
    {
        foreach (var path in Directory.EnumerateFiles(GoldenData.Root, "config.json", SearchOption.AllDirectories).Where(p => p.Contains("unet2d_", StringComparison.Ordinal)))
        {
            var original = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            var ours = JsonNode.Parse(UNet2DConfig.FromJson(original.ToJsonString()).ToJson())!.AsObject();
            foreach (var (key, value) in original.Where(p => p.Key != "_use_default_values"))
            {
                Assert.True(ours.ContainsKey(key), $"{path}: {key} is lost");
                Assert.Equal(Canonical(value), Canonical(ours[key]));
            }
        }
    }

    [Theory]
    [InlineData("skip with attention", "down_blocks.0.resnet_down.conv_shortcut.weight", "down_blocks.0.skip_conv.weight", "up_blocks.0.skip_norm.bias", "up_blocks.0.resnet_up.conv_shortcut.bias", "up_blocks.1.attentions.0.to_out.0.weight")]
    [InlineData("attention", "down_blocks.1.attentions.0.group_norm.weight", "mid_block.attentions.0.to_q.bias", "up_blocks.0.upsamplers.0.conv.weight", "down_blocks.0.downsamplers.0.conv.bias")]
    [InlineData("resnet resampling, scale-shift, no attention", "down_blocks.0.downsamplers.0.conv1.weight", "up_blocks.0.upsamplers.0.time_emb_proj.weight")]
    [InlineData("skip", "time_proj.weight", "conv_norm_out.bias", "up_blocks.0.skip_conv.bias")]
    [InlineData("learned time, no middle", "time_proj.weight", "time_embedding.linear_2.bias")]
    [InlineData("classes by time features", "class_embedding.linear_1.weight")]
    [InlineData("classes by table", "class_embedding.weight", "conv_in.weight", "conv_out.bias")]
    public void Parameters_have_the_names_of_diffusers(string name, params string[] expected)
    {
        using var scope = NewDisposeScope();
        using var network = new UNet2D(Variants[name]);
        var names = network.state_dict().Keys;
        Assert.All(expected, key => Assert.Contains(key, names));
        Assert.All(names, key => Assert.Matches("^(conv_in|conv_out|conv_norm_out|time_proj|time_embedding|class_embedding|down_blocks|mid_block|up_blocks)\\.", key));
    }

    [Fact]
    public void The_seed_names_the_initial_weights()
    {
        using var scope = NewDisposeScope();
        using var a = new UNet2D(Base, seed: 5);
        using var b = new UNet2D(Base, seed: 5);
        using var c = new UNet2D(Base, seed: 6);
        float Distance(UNet2D x, UNet2D y) => x.parameters().Zip(y.parameters(), (p, q) => (p - q).abs().max().item<float>()).Max();
        Assert.Equal(0, Distance(a, b));
        Assert.NotEqual(0, Distance(a, c));
    }

    [Fact]
    public void Mistakes_are_explained()
    {
        using var scope = NewDisposeScope();
        string Message(UNet2DConfig config) => Assert.ThrowsAny<ArgumentException>(() => new UNet2D(config)).Message;
        Assert.Contains("norm_num_groups", Message(Base with { NormNumGroups = 7 }), StringComparison.Ordinal);
        Assert.Contains("attention_head_dim", Message(Base with { AttentionHeadDim = 100 }), StringComparison.Ordinal);
        Assert.Contains("block_out_channels", Message(Base with { BlockOutChannels = [32] }), StringComparison.Ordinal);
        Assert.Contains("CrossAttnDownBlock2D", Message(Base with { DownBlockTypes = ["CrossAttnDownBlock2D", "DownBlock2D"] }), StringComparison.Ordinal);
        Assert.Contains("act_fn", Message(Base with { ActFn = "tanh" }), StringComparison.Ordinal);

        using var network = new UNet2D(Base with { NumClassEmbeds = 4 });
        string Refusal(Action call) => Assert.ThrowsAny<ArgumentException>(call).Message;
        Assert.Contains("class-conditional", Refusal(() => network.call(zeros(1, 3, 8, 8), zeros(1), null)), StringComparison.Ordinal);
        Assert.Contains("[0, 4); got 9", Refusal(() => network.call(zeros(1, 3, 8, 8), zeros(1), new() { Labels = tensor(new long[] { 9 }) })), StringComparison.Ordinal);
        Assert.Contains("expected [N, 3, H, W]", Refusal(() => network.call(zeros(1, 1, 8, 8), zeros(1), null)), StringComparison.Ordinal);
        Assert.Contains("halved and doubled", Refusal(() => network.call(zeros(1, 3, 7, 8), zeros(1), new() { Labels = zeros(1, dtype: ScalarType.Int64) })), StringComparison.Ordinal);
    }

    [Fact]
    public void Operations_are_counted()
    {
        using var scope = NewDisposeScope();
        var config = new UNet2DConfig
        {
            BlockOutChannels = [128, 256, 256, 256],
            AttentionHeadDim = null,
            DownBlockTypes = ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"],
            UpBlockTypes = ["UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"],
        };
        using var network = new UNet2D(config);
        Assert.Equal(35_746_307, network.parameters().Sum(p => p.numel()));

        // 99.55 GFLOP for 8 images (Ho et al. 2020's CIFAR-10 network), counted independently.
        Assert.Equal(99.55e9, network.CountFlops(32, batch: 8), 99.55e9 * 0.01);
    }

    private static string? Canonical(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<double>(out var number) ? number.ToString("r", System.Globalization.CultureInfo.InvariantCulture) : node?.ToJsonString();

    private static Tensor Run(UNet2D network, bool backward = true)
    {
        var config = network.Config;
        using var noise = new RandomStream(2);
        var side = config.BlockOutChannels.Count == 1 ? 7 : 8;
        var x = noise.NormalLike(empty(2, config.InChannels, side, side + 4));
        var time = tensor(new float[] { 3, 17 });
        var condition = new Condition
        {
            Labels = config.IsClassConditional && config.ClassEmbedType != "identity" ? tensor(new long[] { 1, 3 }) : null,
            Embedding = config.ClassEmbedType == "identity" ? noise.NormalLike(empty(2, config.EmbeddingChannels)) : null,
        };
        var y = network.call(x, time, condition);
        Assert.Equal([2, config.OutChannels, side, side + 4], y.shape);
        if (backward)
        {
            y.square().mean().backward();
        }

        return y.detach();
    }

    private static void Disturb(UNet2D network)
    {
        using var frozen = no_grad();
        using var noise = new RandomStream(11);
        foreach (var parameter in network.parameters())
        {
            parameter.add_(noise.NormalLike(parameter) * 0.05);
        }
    }
}
