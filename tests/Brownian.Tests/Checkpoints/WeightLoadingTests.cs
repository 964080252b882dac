using Brownian.Checkpoints;
using Brownian.Networks.UNet;
using Brownian.Testing;
using Brownian.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class WeightLoadingTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("mid_block.attentions.0.query.weight", "mid_block.attentions.0.to_q.weight")]
    [InlineData("down_blocks.1.attentions.12.proj_attn.bias", "down_blocks.1.attentions.12.to_out.0.bias")]
    [InlineData("attentions.0.key.bias", "attentions.0.to_k.bias")]
    [InlineData("attentions.0.value.bias", "attentions.0.to_v.bias")]
    [InlineData("query.weight", "query.weight")]
    [InlineData("conv_in.weight", "conv_in.weight")]
    public void Old_attention_names_are_translated(string old, string expected) =>
        Assert.Equal(expected, KeyMap.OldDiffusers.Translate(old));

    [Theory]
    [InlineData("^module", "", "module.a.module.b", "a.module.b")]
    [InlineData("^module", "", "a.module.b", null)]
    [InlineData("*.0.*", "*.x.*", "q.0.w", "q.x.w")]
    [InlineData("a.b.c.d", "e", "a.b.c", null)]
    public void A_rule_renames_whole_segments(string from, string to, string key, string? expected) =>
        Assert.Equal(expected, new KeyRule(from, to).Apply(key));

    [Fact]
    public void Weights_are_converted_to_the_types_of_the_network()
    {
        var network = nn.Linear(3, 2);
        var weight = torch.arange(6).reshape(2, 3);
        SafetensorsWriter.Write(folder["w"], [("weight", weight.to_type(ScalarType.Float16)), ("bias", torch.ones(2, dtype: ScalarType.BFloat16))]);
        using var file = SafetensorsFile.Open(folder["w"]);
        WeightLoading.Load(network, file);
        Assert.Equal(ScalarType.Float32, network.weight.dtype);
        Assert.True(network.weight.equal(weight).all().item<bool>());
        Assert.True(network.weight.requires_grad);
        SafetensorsWriter.Write(folder["again"], WeightLoading.Of(network));
        using var again = SafetensorsFile.Open(folder["again"]);
        Assert.Equal(["bias", "weight"], again.Keys);
    }

    [Fact]
    public void A_linear_layer_may_be_stored_as_a_pointwise_convolution()
    {
        var network = nn.Linear(3, 2, hasBias: false);
        SafetensorsWriter.Write(folder["w"], [("weight", torch.ones(2, 3, 1, 1))]);
        using var file = SafetensorsFile.Open(folder["w"]);
        WeightLoading.Load(network, file);
        Assert.Equal(6, network.weight.sum().item<float>());
    }

    [Fact]
    public void Missing_and_unexpected_names_are_listed_and_nothing_is_loaded()
    {
        var network = nn.Linear(3, 2);
        var before = network.weight.detach().clone();
        SafetensorsWriter.Write(folder["w"], [("weight", torch.ones(2, 3)), ("biass", torch.ones(2))]);
        using var file = SafetensorsFile.Open(folder["w"]);
        var error = Assert.Throws<MissingWeightException>(() => WeightLoading.Load(network, file));
        Assert.Equal(["bias"], error.Missing);
        Assert.Equal(["biass"], error.Unexpected);
        Assert.Equal(
            $"{folder["w"]}: 1 weights are missing and 1 are unexpected.\n  missing: bias (nearest: biass)\n  unexpected: biass\n"
            + "Check that the configuration belongs to these weights; foreign names are translated by a KeyMap.",
            error.Message);
        Assert.True(before.equal(network.weight).all().item<bool>());
    }

    [Fact]
    public void A_wrong_shape_is_refused_before_anything_is_loaded()
    {
        var network = nn.Linear(3, 2);
        var before = network.bias!.detach().clone();
        SafetensorsWriter.Write(folder["w"], [("weight", torch.ones(3, 2)), ("bias", torch.full(2, 9.0))]);
        using var file = SafetensorsFile.Open(folder["w"]);
        var error = Assert.Throws<CheckpointFormatException>(() => WeightLoading.Load(network, file));
        Assert.Contains("entry 'weight'", error.Message, StringComparison.Ordinal);
        Assert.Contains("expected shape [2, 3], got [3, 2]", error.Message, StringComparison.Ordinal);
        Assert.True(before.equal(network.bias!).all().item<bool>());
    }

    public static TheoryData<string> Networks => [.. Directory.EnumerateDirectories(GoldenData.Root, "unet2d_*").Select(p => Path.GetFileName(p)!)];

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_files_of_diffusers_of_any_age_load(string name)
    {
        var unet = GoldenData.At(name, "unet");
        using var network = new UNet2D(UNet2DConfig.FromJson(File.ReadAllText(Path.Combine(unet, "config.json"))));
        using var file = SafetensorsFile.Open(Directory.GetFiles(unet, "*.safetensors").Single());
        WeightLoading.Load(network, file, KeyMap.OldDiffusers);
        Assert.True(network.get_parameter("conv_in.weight")!.equal(file.Read("conv_in.weight", ScalarType.Float32)).all().item<bool>());
    }

    [Fact]
    public void A_second_copy_under_an_old_name_is_passed_over_only_if_it_is_equal()
    {
        var network = nn.Linear(1, 1);
        var map = new KeyMap("test", [new("^old", "bias")]);
        SafetensorsWriter.Write(folder["w"], [("weight", torch.ones(1, 1)), ("bias", torch.full(1, 3.0)), ("old", torch.full(1, 3.0))]);
        using (var file = SafetensorsFile.Open(folder["w"]))
        {
            WeightLoading.Load(network, file, map);
        }

        Assert.Equal(3, network.bias!.item<float>());
    }

    [Fact]
    public void Two_names_for_one_weight_are_refused()
    {
        var network = nn.Linear(1, 1);
        SafetensorsWriter.Write(folder["w"], [("weight", torch.ones(1, 1)), ("bias", torch.ones(1)), ("old", torch.zeros(1))]);
        using var file = SafetensorsFile.Open(folder["w"]);
        var error = Assert.Throws<CheckpointFormatException>(() => WeightLoading.Load(network, file, new("test", [new("old", "bias")])));
        Assert.Contains("both stand for 'bias'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_weight_lies_in_the_files_own_pages_and_writing_it_leaves_the_file_as_it_is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems copy");
        using var network = Loaded(1);
        Assert.True(IsMapped(folder["w"]));
        using (no_grad())
        {
            network.weight.add_(1);
        }

        Assert.Equal(2, network.weight.max().item<float>());
        using var file = SafetensorsFile.Open(folder["w"]);
        Assert.Equal(1, file.Read("weight").max().item<float>());
    }

    [Fact]
    public void A_network_keeps_its_weights_when_another_file_takes_the_place_of_theirs()
    {
        using var network = Loaded(1);
        using (Loaded(2))
        {
            GC.Collect();
            Assert.Equal(1, network.weight.min().item<float>());
            Assert.Equal(1, network.weight.max().item<float>());
        }
    }

    [Fact]
    public void The_files_pages_are_let_go_with_the_last_tensor_in_them()
    {
        var network = Loaded(1);
        Tensor row;
        using (NewDisposeScope())
        {
            row = network.weight!.detach().narrow(0, 3, 1).DetachFromDisposeScope();
        }

        network.Dispose();
        Assert.Equal(Size.Width, row.sum().item<float>());
        row.Dispose();
        Assert.False(IsMapped(folder["w"]));
    }

    [Fact]
    public void A_large_weight_can_be_trained()
    {
        using var network = Loaded(1);
        network.call(torch.ones(1, Size.Width)).sum().backward();
        using var optimizer = optim.SGD(network.parameters(), 0.5);
        optimizer.step();
        Assert.Equal(0.5f, network.weight!.max().item<float>());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Numbers_at_odd_addresses_are_copied(int shift)
    {
        SafetensorsWriter.Write(folder["even"], [("weight", torch.full([Size.Height, Size.Width], 7f))]);
        var bytes = File.ReadAllBytes(folder["even"]);
        var header = BitConverter.ToInt64(bytes);
        BitConverter.GetBytes(header + shift).CopyTo(bytes, 0);
        byte[] spaces = [.. Enumerable.Repeat((byte)' ', shift)];
        File.WriteAllBytes(folder["odd"], [.. bytes.AsSpan(0, (int)header + 8), .. spaces, .. bytes.AsSpan((int)header + 8)]);
        using var network = nn.Linear(Size.Width, Size.Height, hasBias: false);
        using (var file = SafetensorsFile.Open(folder["odd"]))
        {
            WeightLoading.Load(network, file);
        }

        Assert.False(IsMapped(folder["odd"]));
        Assert.Equal(7, network.weight!.mean().item<float>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // the only parameter, whose views fill the buffer
    public void Weights_that_are_trained_stay_in_the_trainers_buffer(bool hasBias)
    {
        using var network = nn.Linear(Size.Width, Size.Height, hasBias);
        using var flat = new FlatParameters(network);
        (string, Tensor)[] bias = hasBias ? [("bias", torch.ones(Size.Height))] : [];
        SafetensorsWriter.Write(folder["w"], [("weight", torch.full([Size.Height, Size.Width], 7f)), .. bias]);
        using (var file = SafetensorsFile.Open(folder["w"]))
        {
            WeightLoading.Load(network, file);
        }

        Assert.Equal(7 * Size.Height * Size.Width + (hasBias ? Size.Height : 0), flat.Buffer.sum(ScalarType.Float64).item<double>());
        flat.Buffer.zero_();
        Assert.Equal(0, network.weight!.abs().max().item<float>());
    }

    [Fact]
    public void Small_weights_leave_no_mapping_behind()
    {
        using var network = nn.Linear(3, 2, hasBias: false);
        SafetensorsWriter.Write(folder["w"], [("weight", torch.ones(2, 3))]);
        using (var file = SafetensorsFile.Open(folder["w"]))
        {
            WeightLoading.Load(network, file);
        }

        Assert.False(IsMapped(folder["w"]));
    }

    private TorchSharp.Modules.Linear Loaded(float value)
    {
        SafetensorsWriter.Write(folder["w"], [("weight", torch.full([Size.Height, Size.Width], value))]);
        var network = nn.Linear(Size.Width, Size.Height, hasBias: false);
        using var file = SafetensorsFile.Open(folder["w"]);
        WeightLoading.Load(network, file);
        return network;
    }

    // A file that was replaced is listed with "(deleted)" behind its name.
    private static bool IsMapped(string path) =>
        OperatingSystem.IsLinux() && File.ReadLines("/proc/self/maps").Any(line => line.EndsWith(path, StringComparison.Ordinal));

    // 2 MB.
    private static class Size
    {
        public const long Height = 512, Width = 1024;
    }
}
