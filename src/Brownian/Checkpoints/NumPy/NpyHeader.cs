using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Brownian.Checkpoints;

/// <summary>The header of NumPy's <c>.npy</c>: a mark, a version, and a Python literal of element type, order and shape.</summary>
/// <param name="Layout">The array in the numbers that follow.</param>
/// <param name="Bytes">The size of the header.</param>
internal sealed partial record NpyHeader(StridedTensor Layout, long Bytes)
{
    /// <summary>The longest header that is read.</summary>
    public const int MaxBytes = MaxText + 12;

    private const int MaxText = 1 << 16;

    private static readonly Dictionary<string, SafetensorsType> Types = TorchTypes.Table(
    [
        ("f8", "F64"), ("f4", "F32"), ("f2", "F16"), ("i8", "I64"), ("i4", "I32"), ("i2", "I16"), ("i1", "I8"), ("u8", "U64"), ("u4", "U32"),
        ("u2", "U16"), ("u1", "U8"), ("b1", "BOOL"), ("c8", "C64"), ("c16", "C128"),
    ]);

    /// <summary>The type of numbers with this code of NumPy's, such as "&lt;f4"; null where there is none, or it is big-endian.</summary>
    public static SafetensorsType? TypeOf(string code) => code is ['>', ..] ? null : code == "?" ? Types["b1"] : Types.GetValueOrDefault(code.TrimStart('<', '|', '='));

    /// <summary>Reads the header of an array of <paramref name="length"/> bytes at <paramref name="begin"/>.</summary>
    /// <exception cref="CheckpointFormatException">It is damaged, or its elements are no numbers that are read.</exception>
    public static NpyHeader Read(MappedFile file, long begin, long length, string key)
    {
        CheckpointFormatException Bad(string problem) => new(file.Path, problem, "Save it with numpy.savez of plain number arrays.", key, begin);
        if (length < 12 || !IsMark(file.Span(begin, 6, key)))
        {
            throw Bad("it is no array of NumPy's");
        }

        var wide = file.Span(begin + 6, 1, key)[0] >= 2;
        long size = wide ? BitConverter.ToUInt32(file.Span(begin + 8, 4, key)) : BitConverter.ToUInt16(file.Span(begin + 8, 2, key));
        var header = (wide ? 12 : 10) + size;
        if (size > MaxText || header > length)
        {
            throw Bad($"its header of {size} bytes does not fit");
        }

        return Parse(Encoding.Latin1.GetString(file.Span(begin + (wide ? 12 : 10), (int)size, key)), header, length - header, Bad);
    }

    private static bool IsMark(ReadOnlySpan<byte> start) => start is [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    private static NpyHeader Parse(string text, long header, long available, Func<string, CheckpointFormatException> bad)
    {
        var (descr, order, shape) = (Code().Match(text), Order().Match(text), Sizes().Match(text));
        if (!descr.Success || !order.Success || !shape.Success)
        {
            throw bad("its header tells no type, order and shape of numbers (arrays of objects and records are not read)");
        }

        var code = descr.Groups["value"].Value;
        var type = TypeOf(code) ?? throw bad(code.StartsWith('>') ? $"its numbers ({code}) are big-endian, which is not read" : $"its elements ({code}) are no numbers");
        string[] sizes = shape.Groups["value"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var dimensions = Array.ConvertAll(
            sizes, size => long.TryParse(size.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw bad("its shape is no row of numbers"));
        var plain = new StridedTensor(type, dimensions, new long[dimensions.Length], 0);
        if (plain.Problem(long.MaxValue / 32) is { } overflow)
        {
            throw bad(overflow);
        }

        var layout = plain with { Strides = order.Groups["value"].Value == "True" ? StridedTensor.ColumnMajor(dimensions) : StridedTensor.RowMajor(dimensions) };
        return layout.Bytes <= available ? new(layout, header) : throw bad($"shape [{string.Join(", ", dimensions)}] takes {layout.Bytes} bytes, but {available} follow");
    }

    [GeneratedRegex("""'descr'\s*:\s*'(?<value>[^']{1,16})'""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex("""'fortran_order'\s*:\s*(?<value>True|False)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Order();

    [GeneratedRegex("""'shape'\s*:\s*\((?<value>[^)]*)\)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sizes();
}
