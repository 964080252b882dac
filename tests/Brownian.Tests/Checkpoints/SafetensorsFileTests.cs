using System.Text;
using Brownian.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<ScalarType> Types => [.. SafetensorsType.All.Where(t => t.ScalarType is not null).Select(t => t.ScalarType!.Value)];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_type_reads_back_equal(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var tensor = torch.arange(-3, 9, dtype: ScalarType.Float32).reshape(3, 2, 2).to_type(type);
        SafetensorsWriter.Write(folder["t.safetensors"], [("x", tensor), ("scalar", tensor[1, 1, 1]), ("empty", tensor[..0])]);
        using var file = SafetensorsFile.Open(folder["t.safetensors"]);
        Assert.Equal(["empty", "scalar", "x"], file.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("pt", file.Metadata["format"]);
        AssertSame(tensor, file.Read("x"));
        AssertSame(tensor[1, 1, 1], file.Read("scalar"));
        AssertSame(tensor[..0], file.Read("empty"));
        Assert.Equal([3, 2, 2], file.Info("x").Shape);
        Assert.Equal(12, file.Info("x").Count);
    }

    [Fact]
    public void Tensors_in_any_memory_layout_are_written_in_their_logical_order()
    {
        using var scope = NewDisposeScope();
        var tensor = torch.arange(24).reshape(2, 3, 4).permute(2, 0, 1);
        SafetensorsWriter.Write(folder["t.safetensors"], [("x", tensor)]);
        using var file = SafetensorsFile.Open(folder["t.safetensors"]);
        AssertSame(tensor, file.Read("x"));
    }

    [Fact]
    public void A_tensor_outlives_its_file()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(folder["t.safetensors"], [("x", torch.arange(1000))]);
        Tensor read;
        using (var file = SafetensorsFile.Open(folder["t.safetensors"]))
        {
            read = file.Read("x", ScalarType.Float64);
        }

        File.Delete(folder["t.safetensors"]);
        Assert.Equal(499500, read.sum().item<double>());
        Assert.Equal(ScalarType.Float64, read.dtype);
    }

    [Fact]
    public void The_same_tensors_give_the_same_bytes_in_any_order()
    {
        using var scope = NewDisposeScope();
        (string, Tensor)[] tensors = [("b", torch.ones(3)), ("a", torch.zeros(2, dtype: ScalarType.Int8)), ("c", torch.ones(1, dtype: ScalarType.Float64))];
        using MemoryStream one = new(), two = new();
        SafetensorsWriter.Write(one, tensors, new Dictionary<string, string> { ["x"] = "1", ["y"] = "2" });
        SafetensorsWriter.Write(two, tensors.Reverse(), new Dictionary<string, string> { ["y"] = "2", ["x"] = "1" });
        Assert.Equal(one.ToArray(), two.ToArray());
        Assert.Equal(0, (one.Length - 8 - 12 - 2) % 8);
    }

    [Fact]
    public void Notes_and_names_keep_their_unicode()
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(folder["t.safetensors"], [("α\"\\\n", torch.ones(1))], new Dictionary<string, string> { ["naïve"] = "日本\u0001" });
        using var file = SafetensorsFile.Open(folder["t.safetensors"]);
        Assert.Equal(["α\"\\\n"], file.Keys);
        Assert.Equal("日本\u0001", file.Metadata["naïve"]);
    }

    [Fact]
    public void Entries_may_stand_in_any_order_in_the_header()
    {
        const string header = """{"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},"a":{"shape":[1],"data_offsets":[0,1],"dtype":"U8"}}   """;
        using var file = SafetensorsFile.Open(folder.Bytes("t", SafetensorsBytes.File(header, 3)));
        Assert.Equal(["a", "b"], file.Keys);
    }

    [Fact]
    public void A_type_without_tensors_is_described_and_refused_only_when_read()
    {
        const string header = """{"q":{"dtype":"F8_E4M3","shape":[3],"data_offsets":[0,3]}}""";
        using var file = SafetensorsFile.Open(folder.Bytes("t", SafetensorsBytes.File(header, 3)));
        Assert.Equal("F8_E4M3", file.Info("q").Type.Name);
        var error = Assert.Throws<CheckpointFormatException>(() => file.Read("q"));
        Assert.Contains("no tensors of type F8_E4M3", error.Message, StringComparison.Ordinal);
        Assert.Equal("q", error.Key);
    }

    [Fact]
    public void A_missing_key_names_its_nearest_match()
    {
        using var file = SafetensorsFile.Open(folder.Bytes("t", SafetensorsBytes.File("""{"conv_in.weight":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1)));
        var error = Assert.Throws<MissingWeightException>(() => file.Read("conv_in.weigth"));
        Assert.Contains("conv_in.weigth (nearest: conv_in.weight)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_open_is_refused_and_does_not_crash()
    {
        var path = folder.Bytes("t", SafetensorsBytes.File("""{"a":{"dtype":"U8","shape":[100000],"data_offsets":[0,100000]}}""", 100000));
        using var file = SafetensorsFile.Open(path);
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            stream.SetLength(100);
        }

        var error = Assert.Throws<CheckpointFormatException>(() => file.Read("a"));
        Assert.Contains("is shorter now", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, int, string> Refused => new()
    {
        { "not JSON", "{\"a\":", 0, "the JSON ends too early|not the JSON" },
        { "an array", "[]", 0, "must begin with '{'" },
        { "empty", "", 0, "must begin with '{'" },
        { "trailing JSON", """{}{}""", 0, "not the JSON" },
        { "duplicate key", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "entry 'a'*the key appears twice" },
        { "duplicate field", """{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}""", 1, "the field 'dtype' appears twice" },
        { "duplicate escaped key", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "the key appears twice" },
        { "duplicate metadata", """{"__metadata__":{},"__metadata__":{}}""", 0, "__metadata__ appears twice" },
        { "duplicate note", """{"__metadata__":{"x":"1","x":"2"}}""", 0, "the name 'x' appears twice" },
        { "note not a string", """{"__metadata__":{"x":1}}""", 0, "expected a string, got Number" },
        { "overlap", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "entry 'b'*overlaps the entry before it" },
        { "same bytes", """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2, "overlaps" },
        { "gap", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""", 3, "leaves a gap after byte" },
        { "gap at start", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "leaves a gap" },
        { "misordered", """{"a":{"dtype":"U8","shape":[0],"data_offsets":[1,0]}}""", 1, "end before they begin" },
        { "truncated", """{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}""", 8, "The file is truncated" },
        { "oversized", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 2, "1 bytes follow the last tensor" },
        { "no tensors but bytes", "{}", 5, "5 bytes follow the last tensor" },
        { "wrong size", """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "shape [2] of F32 takes 8 bytes, but data_offsets [0, 4] give 4" },
        { "overflow", """{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0, "overflows 64 bits" },
        { "overflow hidden by a zero", """{"a":{"dtype":"F32","shape":[2147483648,2147483648,2147483648,0],"data_offsets":[0,0]}}""", 0, "overflows 64 bits" },
        { "negative", """{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}""", 0, "shape must hold whole numbers" },
        { "fraction", """{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""", 1, "shape must hold whole numbers" },
        { "huge", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[9223372036854775807,9223372036854775807]}}""", 1, "data_offsets must hold whole numbers" },
        { "three offsets", """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}""", 1, "data_offsets has more than 2 numbers" },
        { "no dtype", """{"a":{"shape":[1],"data_offsets":[0,1]}}""", 1, "expected dtype, shape and data_offsets" },
        { "unknown dtype", """{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,1]}}""", 1, "unknown dtype 'F31'; known are F64, F32" },
        { "unknown field", """{"a":{"dtype":"U8","code":"x","shape":[1],"data_offsets":[0,1]}}""", 1, "unknown field 'code'" },
        { "entry not an object", """{"a":7}""", 0, "expected an object with dtype" },
        { "too many dimensions", "{\"a\":{\"dtype\":\"U8\",\"shape\":[" + string.Join(",", Enumerable.Repeat(1, 65)) + "],\"data_offsets\":[0,1]}}", 1, "shape has more than 64 numbers" },
        { "deep JSON", new string('{', 1) + "\"a\":" + new string('[', 5000), 0, "expected an object" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void A_bad_header_is_refused_with_its_reason(string name, string header, int dataBytes, string expected)
    {
        var path = folder.Bytes("bad.safetensors", SafetensorsBytes.File(header, dataBytes));
        var error = Assert.Throws<CheckpointFormatException>(() => SafetensorsFile.Open(path).Dispose());
        Assert.Equal(path, error.File);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.EndsWith("fetch or write it again.", error.Message, StringComparison.Ordinal);
        Assert.True(
            expected.Split('|').Any(any => any.Split('*').All(part => error.Message.Contains(part, StringComparison.Ordinal))),
            $"{name}: {error.Message}");
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused()
    {
        var header = Encoding.UTF8.GetBytes("""{"a?":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""");
        header[3] = 0xFF;
        Assert.Throws<CheckpointFormatException>(() => SafetensorsFile.Open(folder.Bytes("t", SafetensorsBytes.File(header, 1))));
    }

    [Theory]
    [InlineData(0, "expected at least 8 bytes, got 0")]
    [InlineData(7, "expected at least 8 bytes, got 7")]
    [InlineData(8, "but only 0 follow")]
    [InlineData(50, "but only 42 follow")]
    public void A_file_cut_short_is_refused(int length, string expected)
    {
        var bytes = SafetensorsBytes.File(SafetensorsBytes.Sound, 32)[..length];
        var error = Assert.Throws<CheckpointFormatException>(() => SafetensorsFile.Open(folder.Bytes("t", bytes)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100_000_001UL)]
    [InlineData(ulong.MaxValue)]
    public void A_header_length_beyond_the_cap_is_refused_before_anything_is_read(ulong length)
    {
        var error = Assert.Throws<CheckpointFormatException>(() => SafetensorsFile.Open(folder.Bytes("t", [.. BitConverter.GetBytes(length), 1, 2])));
        Assert.Contains("the format allows 100000000", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, error.Offset);
    }

    [Fact]
    public void The_writer_refuses_a_name_given_twice()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(folder["t"], [("a", torch.ones(1)), ("a", torch.ones(2))]));
        Assert.Contains("'a' is given twice", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.True(expected.equal(actual).all().item<bool>());
    }
}
