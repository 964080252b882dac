using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>How a tensor's elements lie in a row of numbers.</summary>
/// <param name="Type">The type of the numbers.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Strides">Steps between neighbours along each axis, in elements; not negative.</param>
/// <param name="First">The first element's number.</param>
internal sealed record StridedTensor(SafetensorsType Type, long[] Shape, long[] Strides, long First)
{
    // Beyond this a tensor whose elements share memory is taken for an attempt to fill the machine's.
    private const long MaxRepeated = 16 << 20;

    /// <summary>The number of elements.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The size of the elements in bytes.</summary>
    public long Bytes => Count * Type.Bytes;

    /// <summary>How many elements the row must have; 0 for a tensor without elements.</summary>
    public long End => Shape.Contains(0) ? 0 : First + 1 + Shape.Zip(Strides, (size, stride) => (size - 1) * stride).Sum();

    /// <summary>Whether the elements lie one after the other.</summary>
    public bool IsContiguous => Shape.Contains(0) || Strides.SequenceEqual(RowMajor(Shape).Select((stride, i) => Shape[i] == 1 ? Strides[i] : stride));

    /// <summary>The steps of a tensor whose last axis is the densest.</summary>
    public static long[] RowMajor(ReadOnlySpan<long> shape)
    {
        var (strides, step) = (new long[shape.Length], 1L);
        for (var i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= Math.Max(shape[i], 1);
        }

        return strides;
    }

    /// <summary>The steps of a tensor whose first axis is the densest.</summary>
    public static long[] ColumnMajor(long[] shape)
    {
        var strides = RowMajor([.. shape.Reverse()]);
        return [.. strides.Reverse()];
    }

    /// <summary>What is wrong with it in a row of <paramref name="available"/> elements, or null. Every product below is then known not to overflow.</summary>
    public string? Problem(long available)
    {
        if (Shape.Length > SafetensorsHeader.MaxRank || Shape.Length != Strides.Length)
        {
            return $"expected as many strides as sizes, and at most {SafetensorsHeader.MaxRank}; got {Strides.Length} and {Shape.Length}";
        }

        if (First < 0 || Shape.Any(size => size < 0) || Strides.Any(stride => stride < 0))
        {
            return "its sizes, strides and offset must not be negative";
        }

        var (count, last) = ((Int128)1, (Int128)First);
        for (var i = 0; i < Shape.Length; i++)
        {
            count *= Math.Max(Shape[i], 1);
            last += (Int128)Math.Max(Shape[i] - 1, 0) * Strides[i];
            if (count > long.MaxValue / 16 || last > long.MaxValue / 16)
            {
                return $"the size of shape [{string.Join(", ", Shape)}] overflows 64 bits";
            }
        }

        return Shape.Contains(0) ? null
            : last >= available ? $"shape [{string.Join(", ", Shape)}] reaches element {last} of a storage of {available}"
            : count > available && count * Type.Bytes > MaxRepeated ? $"shape [{string.Join(", ", Shape)}] repeats {available} numbers to {count}"
            : null;
    }

    /// <summary>The tensor over memory that is not its own and not copied; the row begins at <paramref name="row"/>.</summary>
    public unsafe Tensor Over(byte* row)
    {
        var start = row + (Shape.Contains(0) ? 0 : First * Type.Bytes);
        if ((nint)start % Type.Bytes != 0)
        {
            return Aligned(start);
        }

        return Aten.Over(start, Type.ScalarType!.Value, Shape, Strides);
    }

    // Numbers at odd addresses are copied to even ones first.
    private unsafe Tensor Aligned(byte* start)
    {
        using var scope = NewDisposeScope();
        var bytes = (End - First) * Type.Bytes;
        var copy = empty(Math.Max(bytes, 1), dtype: ScalarType.Byte);
        Buffer.MemoryCopy(start, (void*)Aten.Ptr(copy), bytes, bytes);
        var view = Aten.Over((void*)Aten.Ptr(copy), Type.ScalarType!.Value, Shape, Strides);
        return empty(Shape, dtype: Type.ScalarType).copy_(view).MoveToOuterDisposeScope();
    }
}
