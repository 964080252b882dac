using System.Globalization;

namespace Brownian;

/// <summary>A computation met NaN or infinity, and stopped before that spread.</summary>
public sealed class NonFiniteException : Exception
{
    /// <summary>Names what is not finite, and where.</summary>
    /// <param name="quantity">What was computed, such as <c>loss</c> or <c>gradient of conv_in.weight</c>.</param>
    /// <param name="value">What came: NaN or ±infinity.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="level">The noise level, where one is to blame.</param>
    public NonFiniteException(string quantity, double value, long step, NoiseLevel? level = null)
        : base(Text(quantity, value, step, level)) =>
        (Quantity, Value, Step, Level) = (quantity, value, step, level);

    /// <summary>What was computed.</summary>
    public string Quantity { get; }

    /// <summary>NaN or ±infinity.</summary>
    public double Value { get; }

    /// <summary>The step, from 1.</summary>
    public long Step { get; }

    /// <summary>The noise level, where one is to blame.</summary>
    public NoiseLevel? Level { get; }

    private static string Text(string quantity, double value, long step, NoiseLevel? level)
    {
        var where = level is { } at
            ? string.Create(CultureInfo.InvariantCulture, $" at time {at.Time:0.######} (sigma/alpha = {at.NoiseToSignal:0.######})")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"step {step}: {quantity} is {value}{where}. Nothing was updated by this step. ")
            + "Lower the learning rate or lengthen its warm-up; if it happens at step 1, look for invalid data.";
    }
}
