using Brownian.Checkpoints;
using Brownian.Networks;
using Brownian.Networks.Guided;
using Brownian.Networks.UNet;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Networks;

public sealed class GuidedNetworkTests : LeakCheck
{
    private static readonly GuidedUNetConfig Small = new()
    {
        ImageSize = 8,
        ModelChannels = 32,
        OutChannels = 6,
        NumResBlocks = 1,
        AttentionResolutions = [2],
        ChannelMult = [1, 2],
        NumHeads = 2,
    };

    private static readonly EncoderUNetConfig Encoder = new()
    {
        ImageSize = 8,
        ModelChannels = 32,
        OutChannels = 5,
        NumResBlocks = 2,
        AttentionResolutions = [2],
        ChannelMult = [1, 2],
        NumHeadChannels = 16,
    };

    public static TheoryData<string> Shapes => ["plain", "resblocks", "all levels attend", "class and super-resolution", "no convolutions"];

    public static TheoryData<string> Pools => ["adaptive", "attention", "spatial", "spatial_v2"];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_weight_of_a_unet_has_a_name_in_their_checkpoints(string shape)
    {
        var config = Shape(shape);
        using var network = config.Create();
        Covered(network, GuidedKeys.Of(config));
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public void Every_weight_of_a_classifier_has_a_name_in_their_checkpoints(string pool)
    {
        using var scope = NewDisposeScope();
        var config = Encoder with { Pool = pool };
        using var network = config.Create(seed: 3);
        Covered(network, GuidedKeys.Of(config));
        network.eval();
        using var random = new RandomStream(1);
        var x = random.NormalLike(zeros(2, 3, 8, 8));
        Assert.Equal([2, 5], network.call(x, ones(2), null).shape);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Sizes_and_heads_come_out_as_configured(string shape)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var config = Shape(shape);
        using var network = config.Create(seed: 1);
        network.eval();
        var condition = new Condition
        {
            Labels = config.NumClasses is null ? null : tensor(new long[] { 0, 2 }),
            Image = config.SuperResolution ? zeros(2, 3, 4, 4) : null,
        };
        Assert.Equal([2, 6, 8, 8], network.call(zeros(2, 3, 8, 8), ones(2), condition).shape);
        Assert.True(network.CountFlops(8) > 0);
    }

    [Fact]
    public void Both_orders_of_attention_weights_give_the_same_network()
    {
        // Head by head [H, 3, D] against all queries, keys, values [3, H, D]: the same rows in another order.
        var legacy = GuidedKeys.Of(Small).Places("middle_block.1.qkv.weight");
        Assert.Equal(["to_q", "to_k", "to_v"], legacy.Select(place => place.Name.Split('.')[^2]));
        Assert.All(legacy, place => Assert.Equal(2, place.Part!.Groups));
        var plain = GuidedKeys.Of(Small with { UseNewAttentionOrder = true }).Places("middle_block.1.qkv.weight");
        Assert.All(plain, place => Assert.Equal(1, place.Part!.Groups));

        using var scope = NewDisposeScope();
        var rows = arange(12).unsqueeze(1);
        Assert.Equal([0, 1, 6, 7], legacy[0].Take(rows).data<long>().ToArray());
        Assert.Equal([4, 5, 10, 11], legacy[2].Take(rows).data<long>().ToArray());
        Assert.Equal([4, 5, 6, 7], plain[1].Take(rows).data<long>().ToArray());
    }

    [Fact]
    public void A_low_resolution_image_changes_the_output_and_must_be_there()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = (Small with { SuperResolution = true }).Create(seed: 1);
        network.eval();
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (name.StartsWith("conv_out", StringComparison.Ordinal))
            {
                parameter.fill_(0.1);
            }
        }

        var x = zeros(1, 3, 8, 8);
        var dark = network.call(x, ones(1), new() { Image = zeros(1, 3, 4, 4) });
        var bright = network.call(x, ones(1), new() { Image = ones(1, 3, 4, 4) });
        Assert.True((dark - bright).abs().max().item<float>() > 1e-3);
        Assert.Contains("Condition.Image", Assert.Throws<ArgumentException>(() => network.call(x, ones(1), null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Configurations_survive_json_and_fit_to_data()
    {
        var again = Assert.IsType<GuidedUNetConfig>(NetworkConfig.Read(Small.ToJson()));
        Assert.Equal(Small.ToJson(), again.ToJson());
        var encoder = Assert.IsType<EncoderUNetConfig>(NetworkConfig.Read(Encoder.ToJson()));
        Assert.Equal(Encoder.ToJson(), encoder.ToJson());
        var fitted = Small.For(new NetworkNeeds(1, 16, 16) { Labels = 4, LearnedVariance = true }).ToUNet2D();
        Assert.Equal((1, 2, 4), (fitted.InChannels, fitted.OutChannels, fitted.NumClassEmbeds));
        Assert.Equal(fitted.ToJson(), UNet2DConfig.FromJson(fitted.ToJson()).ToJson());
        Assert.Throws<ArgumentException>(() => Encoder.For(new NetworkNeeds(1, 16, 16)));
    }

    [Fact]
    public void What_cannot_be_built_is_explained()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("dims", Assert.Throws<ArgumentException>(() => (Small with { Dims = 3 }).Create()).Message, StringComparison.Ordinal);
        Assert.Contains("divisor", Assert.Throws<ArgumentException>(() => (Small with { NumHeads = 3 }).Create()).Message, StringComparison.Ordinal);
        Assert.Contains("adaptive", Assert.Throws<ArgumentException>(() => (Encoder with { Pool = "max" }).Create()).Message, StringComparison.Ordinal);
        Assert.Contains("num_head_channels", Assert.Throws<ArgumentException>(() => (Encoder with { Pool = "attention", NumHeadChannels = -1 }).Create()).Message, StringComparison.Ordinal);
    }

    private static GuidedUNetConfig Shape(string name) => name switch
    {
        "resblocks" => Small with { ResblockUpdown = true, UseScaleShiftNorm = true, NumHeadChannels = 16, NumResBlocks = 2 },
        "all levels attend" => Small with { AttentionResolutions = [1, 2], NumHeadsUpsample = 4, ChannelMult = [2, 1] },
        "class and super-resolution" => Small with { NumClasses = 3, SuperResolution = true },
        "no convolutions" => Small with { ConvResample = false },
        _ => Small,
    };

    private static void Covered(Network network, KeyMap map)
    {
        var known = map.Rules.Select(rule => rule.To).ToHashSet(StringComparer.Ordinal);
        var own = network.named_parameters().Select(p => p.name).ToArray();
        Assert.All(own, name => Assert.True(known.Contains(name) || known.Contains(name[..name.LastIndexOf('.')]), name));
        Assert.Equal(map.Rules.Count, map.Rules.Select(rule => rule.To).Distinct().Count());
    }
}
