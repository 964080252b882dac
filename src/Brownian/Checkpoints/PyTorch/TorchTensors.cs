namespace Brownian.Checkpoints;

/// <summary>Tensors and storages as PyTorch pickles them.</summary>
internal static class TorchTensors
{
    private static readonly SafetensorsType Byte = SafetensorsType.Find("U8")!;

    /// <summary>("storage", class, key, place, count[, view of another storage]).</summary>
    public static PickledStorage Storage(object? id, PickleInput input)
    {
        if (id is not PickleTuple { Items: [var kind, PickleName type, var key, _, long count, .. var rest] } || Text(kind) != "storage" || Text(key) is not { } name)
        {
            throw input.Bad("expected a storage as ('storage', type, key, location, count)");
        }

        if (TorchTypes.OfStorage(type) is null && !TorchTypes.IsUntyped(type))
        {
            throw input.Refused($"a storage of {type}");
        }

        if (count < 0)
        {
            throw input.Bad("a storage of negative size", name);
        }

        // Before version 0.4 a storage could be a part of another one.
        return rest is [PickleTuple { Items: [_, long first, long part] }]
            ? first >= 0 && part >= 0 && part <= count && first <= count - part
                ? new(name, TorchTypes.OfStorage(type), part, first)
                : throw input.Bad("a part that lies outside of its storage", name)
            : new(name, TorchTypes.OfStorage(type), count, 0);
    }

    /// <summary>(storage, offset, sizes, strides, …).</summary>
    public static PickledTensor Tensor(object?[] args, PickleInput input) =>
        args is [PickledStorage storage, long offset, PickleTuple sizes, PickleTuple strides, ..]
            ? Checked(storage, storage.Type ?? Byte, offset, sizes, strides, input)
            : throw input.Bad("a tensor: expected (storage, offset, sizes, strides)");

    /// <summary>(storage of bytes, offset, sizes, strides, requires_grad, hooks, type, …).</summary>
    public static PickledTensor TypedTensor(object?[] args, PickleInput input) =>
        args is [PickledStorage storage, long offset, PickleTuple sizes, PickleTuple strides, _, _, PickleName type, ..] && TorchTypes.OfNumber(type) is { } number
            ? Checked(storage, number, offset, sizes, strides, input)
            : throw input.Bad("a tensor: expected (storage, offset, sizes, strides, requires_grad, hooks, type)");

    /// <summary>(tensor, …).</summary>
    public static object Parameter(object?[] args, PickleInput input) =>
        args is [PickledTensor tensor, ..] ? tensor : throw input.Bad("a parameter: expected its tensor");

    /// <summary>(function, type, arguments, state): a tensor of a class that is derived from Tensor, without what the class adds.</summary>
    public static object? FromType(PickleBuilder builder, object?[] args, PickleInput input) =>
        args is [PickleName { Module: "torch._utils" } make, PickleName, PickleTuple inner, ..]
            ? builder.Call(make, inner.Items, input)
            : throw input.Bad("a tensor: expected (function, type, arguments, state)");

    private static PickledTensor Checked(
        PickledStorage storage, SafetensorsType type, long offset, PickleTuple sizes, PickleTuple strides, PickleInput input)
    {
        var layout = new StridedTensor(type, Numbers(sizes, input), Numbers(strides, input), offset);
        var bytes = (Int128)storage.Count * (storage.Type?.Bytes ?? 1);
        var problem = bytes > long.MaxValue / 16 ? $"a storage of {storage.Count} numbers" : layout.Problem((long)bytes / type.Bytes);
        return problem is null ? new(storage, layout) : throw input.Bad(problem, storage.Key);
    }

    private static long[] Numbers(PickleTuple tuple, PickleInput input) =>
        tuple.Items.Length > SafetensorsHeader.MaxRank
        ? throw input.Bad($"a shape of {tuple.Items.Length} sizes")
        : Array.ConvertAll(tuple.Items, item => item is long number ? number : throw input.Bad("expected whole numbers as sizes and strides"));

    private static string? Text(object? value) => value switch
    {
        string text => text,
        byte[] bytes => System.Text.Encoding.Latin1.GetString(bytes),
        long number => $"{number}",
        _ => null,
    };
}
