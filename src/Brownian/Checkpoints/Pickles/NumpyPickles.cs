namespace Brownian.Checkpoints;

/// <summary>NumPy's arrays, scalars and types in pickles.</summary>
internal static class NumpyPickles
{
    private static readonly HashSet<string> Types = new(StringComparer.Ordinal)
    {
        "float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8", "bool_", "bool", "complex64", "complex128",
    };

    /// <summary>Whether a name is one of NumPy's number types.</summary>
    public static bool IsType(PickleName name) => name.Module == "numpy" && Types.Contains(name.Name);

    /// <summary>numpy.dtype(code, align, copy).</summary>
    public static NumpyType Type(object?[] args, PickleInput input) => args switch
    {
        [string code, ..] => new(code),
        [byte[] { Length: < 16 } code, ..] => new(System.Text.Encoding.Latin1.GetString(code)),
        _ => throw input.Bad("numpy.dtype: expected a code such as 'f4'"),
    };

    /// <summary>The state of a type: (version, byte order, …).</summary>
    public static void SetOrder(NumpyType type, object? state)
    {
        if (state is PickleTuple { Items: [_, var order, ..] })
        {
            type.IsBigEndian = order is string text ? text == ">" : order is byte[] and [(byte)'>'];
        }
    }

    /// <summary>The state of an array: (version, shape, type, is in Fortran order, bytes).</summary>
    public static void Fill(PickledArray array, object? state, PickleInput input)
    {
        if (state is not PickleTuple { Items: [_, PickleTuple shape, NumpyType type, bool fortran, var data] })
        {
            throw input.Bad("a NumPy array: expected (version, shape, type, order, data)");
        }

        // A list: the elements of an array of objects.
        if (data is not byte[] bytes)
        {
            throw input.Refused($"a NumPy array of {type.Code}");
        }

        array.Layout = Layout(type, Sizes(shape, input), fortran, bytes.Length, input);
        array.Data = bytes;
    }

    /// <summary>numpy.core.multiarray.scalar(type, bytes): a number.</summary>
    public static object Scalar(object?[] args, PickleInput input)
    {
        if (args is not [NumpyType type, byte[] bytes])
        {
            throw input.Bad("a NumPy scalar: expected its type and bytes");
        }

        return new PickledArray { Layout = Layout(type, [], fortran: false, bytes.Length, input), Data = bytes };
    }

    /// <summary>numpy.core.numeric._frombuffer(bytes, type, shape, order): an array of protocol 5.</summary>
    public static object FromBuffer(object?[] args, PickleInput input)
    {
        if (args is not [byte[] bytes, NumpyType type, PickleTuple shape, string order])
        {
            throw input.Bad("a NumPy array: expected (data, type, shape, order)");
        }

        return new PickledArray { Layout = Layout(type, Sizes(shape, input), order == "F", bytes.Length, input), Data = bytes };
    }

    private static StridedTensor Layout(NumpyType type, long[] shape, bool fortran, int bytes, PickleInput input)
    {
        var number = NpyHeader.TypeOf(type.Code) ?? throw input.Refused($"a NumPy array of {type.Code}");
        if (type.IsBigEndian || type.Code.StartsWith('>'))
        {
            throw input.Bad("the NumPy array is big-endian, which is not read");
        }

        // Shapes are checked before anything is computed from them.
        var plain = new StridedTensor(number, shape, new long[shape.Length], 0);
        if (plain.Problem(long.MaxValue / 32) is { } overflow)
        {
            throw input.Bad(overflow);
        }

        var layout = plain with { Strides = fortran ? StridedTensor.ColumnMajor(shape) : StridedTensor.RowMajor(shape) };
        return layout.Bytes == bytes ? layout : throw input.Bad($"a NumPy array of shape [{string.Join(", ", shape)}] takes {layout.Bytes} bytes; got {bytes}");
    }

    private static long[] Sizes(PickleTuple shape, PickleInput input) =>
        shape.Items.Length > SafetensorsHeader.MaxRank
        ? throw input.Bad($"a shape of {shape.Items.Length} sizes")
        : Array.ConvertAll(shape.Items, size => size is long number ? number : throw input.Bad("a NumPy array: expected sizes"));
}
