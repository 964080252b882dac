using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

/// <summary>Weights by formula, under the names and in the sizes that a golden file lists, and the numbers that it expects of a network with them.</summary>
internal static class FormulaWeights
{
    /// <summary>Value i of tensor k is sin(0.7 i + k), scaled by what the tensor is.</summary>
    public static List<(string Name, Tensor Tensor)> Of(JsonElement golden)
    {
        var list = new List<(string, Tensor)>();
        foreach (var (k, entry) in golden.GetProperty("names").EnumerateArray().Index())
        {
            var name = entry[0].GetString()!;
            long[] shape = [.. entry[1].EnumerateArray().Select(size => size.GetInt64())];
            var count = shape.Aggregate(1L, (product, size) => product * size);
            var wave = (arange(count, dtype: ScalarType.Float64) * 0.7 + k).sin();
            var values = name.EndsWith("position_ids", StringComparison.Ordinal) ? arange(count, dtype: ScalarType.Int64)
                : shape.Length == 1 && name.EndsWith("weight", StringComparison.Ordinal) ? 1 + 0.2 * wave
                : shape.Length < 2 ? 0.1 * wave
                : wave * (1.2 / Math.Sqrt((double)count / shape[0]));
            list.Add((name, (values.dtype == ScalarType.Int64 ? values : values.to(ScalarType.Float32)).reshape(shape)));
        }

        return list;
    }

    /// <summary>The input of the networks: sin(0.3 i).</summary>
    public static Tensor Wave(params long[] shape) =>
        (arange(shape.Aggregate(1L, (product, size) => product * size), dtype: ScalarType.Float64) * 0.3).sin().to(ScalarType.Float32).reshape(shape);

    /// <summary>Compares every n-th value.</summary>
    public static void Same(JsonElement expected, Tensor actual, float tolerance = 2e-4f)
    {
        Assert.Equal(expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()), actual.shape);
        var every = expected.GetProperty("every").GetInt64();
        var values = expected.GetProperty("values").EnumerateArray().Select(value => value.GetSingle()).ToArray();
        var ours = actual.flatten().contiguous().data<float>().ToArray();
        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(values[i], ours[i * every], tolerance);
        }
    }
}
