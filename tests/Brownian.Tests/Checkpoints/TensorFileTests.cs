using Brownian.Checkpoints;
using Brownian.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

/// <summary>Files that PyTorch 1.13 and NumPy 1.24 wrote, against the same tensors as safetensors.</summary>
public sealed class TensorFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("zip.pt")]
    [InlineData("deflated.pt")]
    [InlineData("legacy.pt")]
    [InlineData("legacy-protocol-4.pt")]
    public void PyTorchs_files_hold_every_type_and_view(string name)
    {
        using var expected = TensorFile.Open(Format("expected.safetensors"));
        using var file = TensorFile.Open(Format(name));
        Assert.Equal((CheckpointKind.PyTorch, null), (file.Kind, file.Part));
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), file.Keys.Order(StringComparer.Ordinal));
        foreach (var key in expected.Keys)
        {
            Assert.Equal(expected.Info(key).Type, file.Info(key).Type);
            AssertSame(expected.Read(key), file.Read(key));
        }
    }

    [Fact]
    public void A_tensor_outlives_its_file_and_is_contiguous()
    {
        Tensor read;
        using (var file = TensorFile.Open(Format("zip.pt")))
        {
            read = file.Read("transposed");
            Assert.False(file.Borrow("transposed").is_contiguous());
        }

        using var expected = TensorFile.Open(Format("expected.safetensors"));
        AssertSame(expected.Read("transposed"), read);
        Assert.True(read.is_contiguous());
        Assert.Equal(ScalarType.Float64, expected.Read("half", ScalarType.Float64).dtype);
    }

    [Theory]
    [InlineData("arrays.npz")]
    [InlineData("packed.npz")]
    public void NumPys_archives_hold_arrays_in_either_order(string name)
    {
        using var expected = TensorFile.Open(Format("arrays.safetensors"));
        using var file = TensorFile.Open(Format(name));
        Assert.Equal(CheckpointKind.NumPy, file.Kind);
        Assert.Equal(["weight", "fortran", "half", "long", "scalar", "bool", "block/kernel"], file.Keys);
        foreach (var key in file.Keys)
        {
            AssertSame(expected.Read(key), file.Read(key));
        }

        using var one = TensorFile.Open(Format("one.npy"));
        AssertSame(expected.Read("fortran"), one.Read(Assert.Single(one.Keys)));
    }

    [Theory]
    [InlineData("arrays.pkl")]
    [InlineData("arrays-2.pkl")]
    public void Pickled_arrays_are_read_by_their_paths(string name)
    {
        using var expected = TensorFile.Open(Format("arrays.safetensors"));
        using var file = TensorFile.Open(Format(name), part: "");
        Assert.Equal(["w", "n.b"], file.Keys);
        AssertSame(expected.Read("weight"), file.Read("w"));
        AssertSame(expected.Read("long"), file.Read("n.b"));
    }

    [Theory]
    [InlineData("score-sde.pth", "ema.shadow_params", "module.", true)]
    [InlineData("ncsnv2.pth", "4", "module.", true)]
    [InlineData("dit.pt", "ema", "", false)]
    public void Averaged_weights_are_preferred_and_take_their_buffers_from_the_others(string name, string part, string prefix, bool hasBuffer)
    {
        using var expected = TensorFile.Open(Format("networks.safetensors"));
        using var file = TensorFile.Open(Format(name));
        Assert.Equal(part, file.Part);
        Assert.Equal(hasBuffer ? 5 : 4, file.Keys.Count);
        foreach (var key in file.Keys.Where(key => !key.EndsWith("sigmas", StringComparison.Ordinal)))
        {
            AssertSame(expected.Read("ema." + key[prefix.Length..]), file.Read(key));
        }

        if (hasBuffer)
        {
            AssertSame(expected.Read("sigmas"), file.Read("module.sigmas"));
        }
    }

    [Theory]
    [InlineData("score-sde.pth", "model", "module.")]
    [InlineData("ncsnv2.pth", "0", "module.")]
    [InlineData("dit.pt", "model", "")]
    [InlineData("lightning.ckpt", null, "")]
    public void The_weights_that_the_optimizer_moves_are_had_by_their_part(string name, string? part, string prefix)
    {
        using var expected = TensorFile.Open(Format("networks.safetensors"));
        using var file = TensorFile.Open(Format(name), part);
        AssertSame(expected.Read("raw.0.weight"), file.Read(prefix + "0.weight"));
        AssertSame(expected.Read("raw.1.bias"), file.Read(prefix + "1.bias"));
    }

    [Fact]
    public void Numbers_and_words_beside_the_weights_are_notes()
    {
        using var file = TensorFile.Open(Format("lightning.ckpt"));
        Assert.Equal(("875000", "1.4.2", "state_dict"), (file.Metadata["global_step"], file.Metadata["pytorch-lightning_version"], file.Part));
    }

    [Fact]
    public void Everything_is_there_under_its_full_path()
    {
        using var file = TensorFile.Open(Format("lightning.ckpt"), part: "");
        Assert.Contains("optimizer_states.0.state.2.exp_avg_sq", file.Keys);
        Assert.Contains("state_dict.1.weight", file.Keys);
        Assert.Equal([1L, 2L], file.Under("optimizer_states.0.state.2").Info("exp_avg").Shape);
    }

    [Fact]
    public void A_part_of_a_file_is_a_file()
    {
        using var part = TensorFile.Open(Format("networks.safetensors"), "ema");
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias"], part.Keys);
        Assert.Equal("0.weight", part.Info("0.weight").Name);
        Assert.Throws<MissingWeightException>(() => part.Read("sigmas"));
        var error = Assert.Throws<CheckpointFormatException>(() => TensorFile.Open(Format("networks.safetensors"), "emma"));
        Assert.Contains("its names begin with raw, ema, sigmas", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_loads_from_any_format()
    {
        using var expected = TensorFile.Open(Format("networks.safetensors"));
        foreach (var name in (string[])["dit.pt", "ncsnv2.pth", "score-sde.pth"])
        {
            var network = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1));
            using var file = TensorFile.Open(Format(name));
            WeightLoading.Load(network, file, new("test", [new("^module", "")]) { Ignored = ["sigmas"] });
            AssertSame(expected.Read("ema.0.weight"), network.get_parameter("0.weight")!);
        }
    }

    [Fact]
    public void Unaligned_numbers_are_read()
    {
        var header = """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}""";
        var bytes = SafetensorsBytes.File(header, 9);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 8), 1.5f);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), -2f);
        using var file = TensorFile.Open(folder.Bytes("t", bytes));
        Assert.Equal([1.5f, -2f], file.Read("b").data<float>().ToArray());
    }

    private static string Format(string name) => GoldenData.At("formats", name);

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.True(expected.equal(actual).all().item<bool>());
    }
}
