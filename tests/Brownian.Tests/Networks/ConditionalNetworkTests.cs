using Brownian.Networks;
using Brownian.Networks.Conditional;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Networks;

public sealed class ConditionalNetworkTests : LeakCheck
{
    public static TheoryData<string> Shapes => [.. ConditionalShapes.All.Keys];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_part_of_the_condition_that_an_option_asks_for_changes_the_output(string shape)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var config = ConditionalShapes.All[shape];
        using var network = ConditionalShapes.Network(config);
        var (x, condition) = (Input(4), ConditionalShapes.For(config));
        var output = network.call(x, tensor(new float[] { 3, 500 }), condition);
        Assert.Equal([2, 4, 8, 8], output.shape);
        Assert.True(output.isfinite().all().item<bool>());
        Assert.True(Difference(output, network.call(x, tensor(new float[] { 30, 100 }), condition)) > 1e-4, "the time");
        foreach (var part in Parts().Where(part => part.GetValue(condition) is Tensor && Uses(config, part.Name)))
        {
            var other = network.call(x, tensor(new float[] { 3, 500 }), Swapped(condition, part.Name));
            Assert.True(Difference(output, other) > 1e-5, part.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Two_samples_at_once_are_what_each_is_alone(string shape)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var config = ConditionalShapes.All[shape];
        using var network = ConditionalShapes.Network(config);
        var (x, t, condition) = (Input(4), tensor(new float[] { 3, 500 }), ConditionalShapes.For(config));
        var both = network.call(x, t, condition);
        var second = network.call(x[1..], t[1..], condition.Slice(1, 1));
        Assert.True(Difference(both[1..], second) < 1e-4 * both.abs().max().item<float>());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_configuration_survives_its_file(string shape)
    {
        var config = ConditionalShapes.All[shape];
        var again = Assert.IsType<UNet2DConditionConfig>(NetworkConfig.Read(config.ToJson()));
        Assert.Equal(config.ToJson(), again.ToJson());
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("only cross-attention")]
    [InlineData("added keys")]
    [InlineData("added keys, only cross-attention")]
    [InlineData("K blocks")]
    public void Masked_tokens_say_nothing(string shape)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var config = ConditionalShapes.All[shape];
        using var network = ConditionalShapes.Network(config);
        var (x, t, whole) = (Input(4), ones(2), ConditionalShapes.For(config));
        var masked = whole with { TokenMask = cat([ones(2, 4), zeros(2, 2)], 1) };
        var cut = whole with { Tokens = whole.Tokens!.narrow(1, 0, 4) };
        var output = network.call(x, t, masked);
        Assert.True(Difference(output, network.call(x, t, cut)) < 1e-4);
        Assert.True(Difference(output, network.call(x, t, whole)) > 1e-4);
        Assert.Equal(0, Difference(output, network.call(x, t, masked with { TokenMask = masked.TokenMask!.to(ScalarType.Bool) })));
    }

    [Fact]
    public void Linear_projections_are_convolutions_of_one_pixel()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var convolving = ConditionalShapes.Network(ConditionalShapes.Small);
        using var linear = (ConditionalShapes.Small with { UseLinearProjection = true }).Create();
        linear.eval();
        var own = linear.state_dict();
        foreach (var (name, weight) in convolving.state_dict())
        {
            own[name].copy_(weight.reshape(own[name].shape));
        }

        var (x, condition) = (Input(4), ConditionalShapes.For(ConditionalShapes.Small));
        Assert.True(Difference(convolving.call(x, ones(2), condition), linear.call(x, ones(2), condition)) < 1e-4);
    }

    [Theory]
    [InlineData(7, 5)]
    [InlineData(8, 9)]
    public void Odd_sizes_return(int height, int width)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = ConditionalShapes.Network(ConditionalShapes.Small);
        var output = network.call(zeros(2, 4, height, width), ones(2), ConditionalShapes.For(ConditionalShapes.Small));
        Assert.Equal([2, 4, height, width], output.shape);
    }

    [Fact]
    public void An_image_of_the_condition_is_shown_as_further_channels()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var config = ConditionalShapes.Small with { InChannels = 9 };
        using var network = ConditionalShapes.Network(config);
        var (x, image, condition) = (Input(4), Input(5), ConditionalShapes.For(config));
        var shown = network.call(x, ones(2), condition with { Image = image });
        Assert.Equal(0, Difference(shown, network.call(cat([x, image], 1), ones(2), condition)));
        Assert.Contains("[2, 4, 8, 8]", Assert.Throws<ArgumentException>(() => network.call(x, ones(2), condition)).Message, StringComparison.Ordinal);
        var small = condition with { Image = image[.., .., ..4, ..4] };
        Assert.Contains("Condition.Image", Assert.Throws<ArgumentException>(() => network.call(x, ones(2), small)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("added keys")]
    public void Bfloat16_is_near_float32(string shape)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var config = ConditionalShapes.All[shape];
        using var network = ConditionalShapes.Network(config);
        var (x, condition) = (Input(4), ConditionalShapes.For(config));
        var exact = network.call(x, ones(2), condition);
        network.ComputeType = ScalarType.BFloat16;
        var rough = network.call(x, ones(2), condition);
        Assert.Equal(ScalarType.Float32, rough.dtype);

        // 8 bits a number, some 40 layers.
        Assert.InRange(Difference(rough, exact) / exact.abs().max().item<float>(), 1e-5, 0.06);

        // Whoever keeps converted weights notices that they change.
        network.get_parameter("conv_out.weight")!.mul_(0);
        network.get_parameter("conv_out.bias")!.mul_(0);
        Assert.Equal(0, network.call(x, ones(2), condition).abs().max().item<float>());
    }

    [Fact]
    public void Gradients_reach_every_weight()
    {
        using var scope = NewDisposeScope();
        using var network = ConditionalShapes.Network(ConditionalShapes.Small);
        network.call(Input(4), ones(2), ConditionalShapes.For(ConditionalShapes.Small)).square().mean().backward();
        Assert.All(network.named_parameters(), p => Assert.True(p.parameter.grad is { } grad && grad.abs().max().item<float>() > 0, p.name));
    }

    [Fact]
    public void Errors_name_what_is_missing()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var network = ConditionalShapes.Network(ConditionalShapes.Small);
        Assert.Contains("Condition.Tokens", Assert.Throws<ArgumentException>(() => network.call(Input(4), ones(2), null)).Message, StringComparison.Ordinal);
        Refused("num_attention_heads", ConditionalShapes.Small with { NumAttentionHeads = 8 });
        Refused("attention_head_dim", ConditionalShapes.Small with { AttentionHeadDim = 64 });
        Refused("attention_head_dim: expected one value, or 2; got 3", ConditionalShapes.Small with { AttentionHeadDim = new([1, 2, 4]) });
        Refused("down_block_types", ConditionalShapes.Small with { DownBlockTypes = ["DownBlock2D", "SkipDownBlock2D"] });
        Refused("mid_block_type", ConditionalShapes.Small with { MidBlockType = "UNetMidBlock3D" });
        Refused("addition_embed_type", ConditionalShapes.Small with { AdditionEmbedType = "sound" });
        Refused("class_embed_type", ConditionalShapes.Small with { ClassEmbedType = "sound" });
        Refused("projection_class_embeddings_input_dim", ConditionalShapes.Small with { ClassEmbedType = "projection" });
        Refused("encoder_hid_dim", ConditionalShapes.Small with { EncoderHidDimType = "text_proj" });
        Refused("reverse_transformer_layers_per_block", ConditionalShapes.Small with { TransformerLayersPerBlock = new([new OneOrMany<int>([1]), new OneOrMany<int>([1])]) });

        static void Refused(string expected, UNet2DConditionConfig config)
        {
            using var inner = NewDisposeScope();
            Assert.Contains(expected, Assert.Throws<ArgumentException>(() => config.Create()).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void K_blocks_halve_and_double_a_flat_image_to_itself()
    {
        using var scope = NewDisposeScope();
        var flat = full([1, 3, 8, 6], 0.7f);
        Assert.True(Difference(KResampling.Halved(flat), full([1, 3, 4, 3], 0.7f)) < 1e-6);
        Assert.True(Difference(KResampling.Doubled(flat), full([1, 3, 16, 12], 0.7f)) < 1e-6);
    }

    private static Tensor Input(int channels)
    {
        using var noise = new RandomStream(3);
        return noise.NormalLike(zeros(2, channels, 8, 8));
    }

    private static double Difference(Tensor a, Tensor b) => (a - b).abs().max().item<float>();

    private static IEnumerable<System.Reflection.PropertyInfo> Parts() => typeof(Condition).GetProperties().Where(p => p.PropertyType == typeof(Tensor));

    // Nets without attention to tokens are given some all the same.
    private static bool Uses(UNet2DConditionConfig config, string part) =>
        part != nameof(Condition.Tokens) || (config.MidBlockType != "UNetMidBlock2D" && config.EncoderHidDimType != "image_proj");

    // The parts of the two samples change places.
    private static Condition Swapped(Condition condition, string name)
    {
        Tensor? Part(string part, Tensor? value) => part == name ? value!.flip(0) : value;
        return new()
        {
            Labels = Part(nameof(Condition.Labels), condition.Labels),
            Embedding = Part(nameof(Condition.Embedding), condition.Embedding),
            Tokens = Part(nameof(Condition.Tokens), condition.Tokens),
            TextEmbedding = Part(nameof(Condition.TextEmbedding), condition.TextEmbedding),
            ImageEmbedding = Part(nameof(Condition.ImageEmbedding), condition.ImageEmbedding),
            TimeIds = Part(nameof(Condition.TimeIds), condition.TimeIds),
            GuidanceEmbedding = Part(nameof(Condition.GuidanceEmbedding), condition.GuidanceEmbedding),
            Hint = Part(nameof(Condition.Hint), condition.Hint),
        };
    }
}
