using System.Globalization;

namespace Brownian.Training;

/// <summary>Checks of settings, which name the setting as a person wrote it.</summary>
internal static class Range
{
    public static void Positive(double value, string name) => Require(value > 0, value, name, "a number > 0");

    public static void NotNegative(double value, string name) => Require(value >= 0, value, name, "a number >= 0");

    public static void AtLeastOne(double value, string name) => Require(value >= 1, value, name, "a number >= 1");

    public static void Within(double value, double low, double high, string name) => Require(
        value >= low && value <= high, value, name, string.Create(CultureInfo.InvariantCulture, $"a number in [{low:0.###}, {high:0.###}]"));

    private static void Require(bool holds, double value, string name, string expected)
    {
        if (!holds)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name}: expected {expected}; got {value}."));
        }
    }
}
