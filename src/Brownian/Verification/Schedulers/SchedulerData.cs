using System.Text.Json;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>The data of scheduler cases, and the numbers by which a result is known.</summary>
internal static class SchedulerData
{
    /// <summary>x[b, c, h, w] = (((c·H + h)·W + w)·B + b)/n, float32; diffusers' dummy_sample_deter.</summary>
    public static Tensor Sample(params IReadOnlyList<long> shape)
    {
        using var scope = NewDisposeScope();
        return Counted(arange(shape.Aggregate((a, b) => a * b), dtype: ScalarType.Float32), shape).MoveToOuterDisposeScope();
    }

    /// <summary>The same counted from the end; diffusers' dummy_noise_deter.</summary>
    public static Tensor Noise(params IReadOnlyList<long> shape)
    {
        using var scope = NewDisposeScope();
        return Counted(arange(shape.Aggregate((a, b) => a * b), dtype: ScalarType.Float32).flip(0), shape).MoveToOuterDisposeScope();
    }

    /// <summary>Compares a tensor with its recorded sums and first elements.</summary>
    /// <param name="comparison">Where to.</param>
    /// <param name="name">What it is.</param>
    /// <param name="ours">The tensor.</param>
    /// <param name="golden">sum_abs, mean_abs, signed_sum, std and first5_bchw, as far as given.</param>
    public static void Statistics(Comparison comparison, string name, Tensor ours, JsonElement golden)
    {
        using var scope = NewDisposeScope();
        const double Tolerance = 1e-4;
        var x = ours.to(ScalarType.Float64);
        var sum = golden.GetProperty("sum_abs").GetDouble();
        var element = Tolerance * Math.Max(1, sum / x.numel());
        void Check(string field, Tensor value, double tolerance)
        {
            if (golden.TryGetProperty(field, out var expected))
            {
                comparison.Number($"{name} {field}".Trim(), value.item<double>(), expected.GetDouble(), tolerance);
            }
        }

        Check("sum_abs", x.abs().sum(), Tolerance * Math.Abs(sum));
        Check("mean_abs", x.abs().mean(), Tolerance * Math.Abs(sum) / x.numel());
        Check("signed_sum", x.sum(), Tolerance * Math.Abs(sum));
        Check("std", x.std(), element);
        if (golden.TryGetProperty("first5_bchw", out var first))
        {
            var expected = tensor(first.EnumerateArray().Select(v => v.GetDouble()).ToArray());
            comparison.Elements($"{name} first5".Trim(), x.flatten()[..(int)expected.numel()], expected, element, 0);
        }
    }

    private static Tensor Counted(Tensor numbers, IReadOnlyList<long> shape)
    {
        long[] last = [.. shape.Skip(1), shape[0]];
        long[] order = [shape.Count - 1, .. Enumerable.Range(0, shape.Count - 1)];
        return numbers.div(numbers.numel()).reshape(last).permute(order).contiguous();
    }
}
