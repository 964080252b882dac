using System.Text;
using Brownian.Checkpoints;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

/// <summary>What is refused, and that the refusal says why. Pickles are written by hand.</summary>
public sealed class TensorRefusalTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("module.pt", "asks for 'torch.nn.modules.container.Sequential', which is no tensor, number or container: it is refused, and nothing of the file was executed")]
    [InlineData("script.pt", "it holds no tensors")]
    [InlineData("big-endian.pt", "its numbers are big-endian, which is not read")]
    [InlineData("big.npy", "its numbers (>f4) are big-endian, which is not read")]
    [InlineData("objects.npz", "its elements (|O) are no numbers")]
    [InlineData("two.pt", "it holds several sets of tensors: a, b")]
    public void A_file_is_refused_with_its_reason(string name, string expected)
    {
        var path = GoldenData.At("formats", name);
        var error = Assert.Throws<CheckpointFormatException>(() => TensorFile.Open(path));
        Assert.Equal(path, error.File);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Names => new()
    {
        { "cposix\nsystem\n(X\u0004\0\0\0truetR.", "posix.system" },
        { "cposix\nsystem\n.", "posix.system" },
        { "cbuiltins\neval\n.", "builtins.eval" },
        { "c__builtin__\nexec\n.", "__builtin__.exec" },
        { "csubprocess\nPopen\n.", "subprocess.Popen" },
        { "ctorch\nload\n.", "torch.load" },
        { "ctorch.storage\n_load_from_bytes\n.", "torch.storage._load_from_bytes" },
        { "cnumpy\nload\n.", "numpy.load" },
        { "ctorch._utils\n_rebuild_qtensor\n.", "torch._utils._rebuild_qtensor" },
        { "}X\u0001\0\0\0acos\nsystem\ns.", "os.system" },
        { "cbuiltins\ngetattr\n.", "builtins.getattr" },
        { "ctorch\nFloatStorage\n)R.", "torch.FloatStorage(…)" },
        { "ccopyreg\n_reconstructor\n(cbuiltins\nobject\ncbuiltins\nobject\nNtR.", "builtins.object(…)" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_that_is_not_known_is_refused_by_that_name(string pickle, string name)
    {
        var error = Assert.Throws<CheckpointFormatException>(() => Load(pickle));
        Assert.Equal(name, error.Key);
        Assert.Contains($"asks for '{name}'", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Offset);
    }

    public static TheoryData<string, string> Damaged => new()
    {
        { "", "expected 1 bytes, but 0 follow" },
        { ".", "takes a value from an empty stack" },
        { "(.", "takes a value where there is none" },
        { "h\u0005.", "recalls value 5, which it has not kept" },
        { "X\u00ff\u00ff\u00ff\u007f.", "expected 2147483647 bytes" },
        { "\u008b\u00ff\u00ff\u00ff\u007f.", "an integer of 2147483647 bytes" },
        { "\u0080\u0009.", "pickles of protocols 2 to 5 are read; this is 9" },
        { "\u00f0", "code 0xf0 is not known" },
        { "N)R.", "calls what is no name" },
        { "NNa.", "appends to what is no list" },
        { "}(Nu.", "a key without a value" },
        { "NQ.", "expected a storage" },
        { "]q\0h\0a.", "more than 32 deep" },
        { "N.", "it holds no tensors" },
        { "K\u0001.", "it holds no tensors" },
    };

    [Theory]
    [MemberData(nameof(Damaged))]
    public void A_damaged_pickle_is_refused(string pickle, string expected) =>
        Assert.Contains(expected, Assert.Throws<CheckpointFormatException>(() => Load(pickle)).Message, StringComparison.Ordinal);

    [Fact]
    public void Lists_within_lists_that_share_each_other_do_not_take_for_ever()
    {
        // l0 = []; each next list holds the one before twice: 2³¹ paths.
        var pickle = new StringBuilder("]q\0");
        for (var i = 1; i < 31; i++)
        {
            pickle.Append($"]q{(char)i}(h{(char)(i - 1)}h{(char)(i - 1)}e");
        }

        Assert.Contains("more than 500000 containers", Assert.Throws<CheckpointFormatException>(() => Load(pickle.Append('.').ToString())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_is_encoded_again_and_again_does_not_fill_the_memory()
    {
        var text = new string('x', 100_000);
        var pickle = new StringBuilder("]c_codecs\nencode\nq\0").Append('X').Append("\u00a0\u0086\u0001\0").Append(text).Append("X\u0006\0\0\0latin1\u0086q\u0001");
        for (var i = 0; i < 100_000; i++)
        {
            pickle.Append("h\0h\u0001R");
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("makes much more data than it holds", Assert.Throws<CheckpointFormatException>(() => Load(pickle.Append('.').ToString())).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200 << 20);
    }

    public static TheoryData<long, long[], long[], string> Layouts => new()
    {
        { 0, [3], [1], "reaches element 2 of a storage of 2" },
        { 1, [2], [1], "reaches element 2 of a storage of 2" },
        { 0, [2], [-1], "must not be negative" },
        { -1, [1], [1], "must not be negative" },
        { 0, [-1], [1], "must not be negative" },
        { 0, [1], [1, 1], "as many strides as sizes" },
        { 0, [1L << 40, 1L << 40], [0, 0], "overflows 64 bits" },
        { 0, [2], [long.MaxValue], "overflows 64 bits" },
        { 0, [1L << 30], [0], "repeats 2 numbers to 1073741824" },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_tensor_that_does_not_fit_its_storage_is_refused(long first, long[] shape, long[] strides, string expected)
    {
        var layout = new StridedTensor(SafetensorsType.Find("F32")!, shape, strides, first);
        Assert.Contains(expected, layout.Problem(2), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_tensor_needs_no_storage_and_a_transposed_one_fits_its_own()
    {
        var type = SafetensorsType.Find("F32")!;
        Assert.Null(new StridedTensor(type, [0, 5], [5, 1], 0).Problem(0));
        Assert.Null(new StridedTensor(type, [2, 3], [1, 2], 0).Problem(6));
        Assert.Equal(6, new StridedTensor(type, [2, 3], [1, 2], 0).End);
    }

    [Theory]
    [InlineData("zip.pt")]
    [InlineData("legacy.pt")]
    [InlineData("arrays.npz")]
    [InlineData("arrays.pkl")]
    [InlineData("one.npy")]
    public void A_file_cut_short_anywhere_is_refused(string name)
    {
        var whole = File.ReadAllBytes(GoldenData.At("formats", name));
        for (var length = 0; length < whole.Length; length += 1 + (whole.Length / 97))
        {
            Assert.Throws<CheckpointFormatException>(() => TensorFormat.OpenWhole(MappedFile.Of("cut", whole.AsSpan(0, length)), null).Dispose());
        }
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS")]
    [InlineData("<!DOCTYPE html>", "a web page")]
    [InlineData("GGUF....", "a GGUF file")]
    [InlineData("{\"a\": 1}", "expected an index of shards")]
    [InlineData("hello, hello", "safetensors file")]
    public void What_often_lies_in_the_place_of_weights_is_named(string content, string expected)
    {
        var path = folder.Bytes("model.safetensors", Encoding.UTF8.GetBytes(content));
        Assert.Contains(expected, Assert.Throws<CheckpointFormatException>(() => TensorFile.Open(path)).Message, StringComparison.Ordinal);
    }

    private static void Load(string pickle)
    {
        using var scope = NewDisposeScope();
        TensorFormat.OpenWhole(MappedFile.Of("pickle", [0x80, 2, .. Encoding.Latin1.GetBytes(pickle)]), null).Dispose();
    }
}
