namespace Brownian.Checkpoints;

/// <summary>A name of a class or function, as a pickle gives it. It is never looked up in a program.</summary>
/// <param name="Module">The module.</param>
/// <param name="Name">The name in it.</param>
internal sealed record PickleName(string Module, string Name)
{
    /// <summary>Whether it is the name of a class that TorchScript made.</summary>
    public bool IsScript => Module == "__torch__" || Module.StartsWith("__torch__.", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>A tuple.</summary>
internal sealed class PickleTuple(object?[] items)
{
    public object?[] Items => items;

    public static PickleTuple Empty { get; } = new([]);
}

/// <summary>A list, a set, or any other row of values.</summary>
internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A dictionary in the order of insertion. Keys that Python would hash by value are compared by value.</summary>
internal sealed class PickleDictionary
{
    private Dictionary<object, int>? places;
    private List<KeyValuePair<object, object?>>? items;

    public IReadOnlyList<KeyValuePair<object, object?>> Items => items ?? (IReadOnlyList<KeyValuePair<object, object?>>)[];

    public void Set(object? key, object? value)
    {
        (places, items) = (places ?? [], items ?? []);
        // Names that Python 2 wrote are bytes.
        var pair = new KeyValuePair<object, object?>(key is byte[] bytes ? System.Text.Encoding.Latin1.GetString(bytes) : key ?? DBNull.Value, value);
        if (places.TryGetValue(pair.Key, out var place))
        {
            items[place] = pair;
        }
        else
        {
            places.Add(pair.Key, items.Count);
            items.Add(pair);
        }
    }

    public object? Get(object key) => places is not null && places.TryGetValue(key, out var place) ? items![place].Value : null;
}

/// <summary>An object that only holds values, such as argparse's arguments.</summary>
internal sealed class PickleRecord(PickleName type)
{
    public PickleName Type => type;

    public PickleDictionary Fields { get; } = new();
}

/// <summary>Something that has no tensors in it: a device, a path.</summary>
internal sealed class PickleOpaque
{
    public static PickleOpaque Value { get; } = new();
}

/// <summary>NumPy's description of an element type.</summary>
/// <param name="Code">Such as "f4".</param>
internal sealed record NumpyType(string Code)
{
    /// <summary>Whether the numbers are big-endian, which a state that is set later tells.</summary>
    public bool IsBigEndian { get; set; }
}

/// <summary>A NumPy array as it is unpickled: made empty, filled by the state that is set next.</summary>
internal sealed class PickledArray
{
    public StridedTensor? Layout { get; set; }

    public byte[] Data { get; set; } = [];
}

/// <summary>A storage of PyTorch: a row of numbers that tensors look at.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">The type of its numbers; null when it is a row of bytes.</param>
/// <param name="Count">How many numbers; bytes when there is no type.</param>
/// <param name="First">Of a part of another storage: the number with which it begins.</param>
internal sealed record PickledStorage(string Key, SafetensorsType? Type, long Count, long First);

/// <summary>A tensor of PyTorch: how it looks at its storage.</summary>
internal sealed record PickledTensor(PickledStorage Storage, StridedTensor Layout);
