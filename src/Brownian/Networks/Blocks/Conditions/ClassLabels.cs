using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>The class labels of a condition, checked.</summary>
internal static class ClassLabels
{
    /// <summary>Labels, [N], of a network with <paramref name="count"/> of them.</summary>
    /// <exception cref="ArgumentException">They are missing, too few, or out of range.</exception>
    public static Tensor Checked(Condition? condition, long batch, long count)
    {
        var expected = $"class labels, [{batch}] int64, in [0, {count})";
        return InRange(Given(condition, batch, expected), count, expected);
    }

    /// <summary>Labels, [N], that may be any numbers.</summary>
    /// <exception cref="ArgumentException">They are missing or too few.</exception>
    public static Tensor Given(Condition? condition, long batch, string expected)
    {
        var labels = condition?.Labels ?? throw Missing($"{expected}, in Condition.Labels");
        return labels.dim() == 1 && labels.size(0) == batch ? labels : throw new ArgumentException(
            $"condition: expected {expected}; got [{string.Join(", ", labels.shape)}]. Give one label for each sample.", nameof(condition));
    }

    /// <summary>The error of a condition that lacks what a class-conditional network needs.</summary>
    public static ArgumentException Missing(string expected) =>
        new($"condition: the network is class-conditional and expects {expected}; got none.", "condition");

    // Only on the CPU: elsewhere reading a value back would wait for everything queued before it.
    private static Tensor InRange(Tensor labels, long count, string expected)
    {
        if (labels.device_type == DeviceType.CPU && labels.numel() > 0)
        {
            using var scope = NewDisposeScope();
            var (low, high) = (labels.min().ToInt64(), labels.max().ToInt64());
            if (low < 0 || high >= count)
            {
                throw new ArgumentException($"condition: expected {expected}; got {(low < 0 ? low : high)}.", nameof(labels));
            }
        }

        return labels;
    }
}
