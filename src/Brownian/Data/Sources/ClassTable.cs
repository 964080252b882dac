using System.Globalization;

namespace Brownian.Data.Sources;

/// <summary>From class names to labels.</summary>
internal static class ClassTable
{
    /// <summary>
    /// Labels in the order of the names (numbers by value, so that "10" comes after "9"); nothing when an image has no class or all have
    /// the same one.
    /// </summary>
    public static (int[]? Labels, string[]? Names) Of(IReadOnlyList<string?> classes)
    {
        if (classes.Any(name => name is null))
        {
            return (null, null);
        }

        var names = classes.Select(name => name!).Distinct().ToArray();
        if (names.Length < 2)
        {
            return (null, null);
        }

        names = names.All(IsNumber) ? WithGaps(names) : [.. names.Order(StringComparer.Ordinal)];
        var labelOf = names.Select((name, label) => (name, label)).ToDictionary(pair => pair.name, pair => pair.label);
        return ([.. classes.Select(name => labelOf[name!])], names);
    }

    /// <summary>Classes that are small numbers keep them as labels, also when a split lacks one.</summary>
    private static string[] WithGaps(string[] numbers)
    {
        var largest = numbers.Max(number => int.Parse(number, CultureInfo.InvariantCulture));
        return largest < 10 * numbers.Length + 100
            ? [.. Enumerable.Range(0, largest + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))]
            : [.. numbers.OrderBy(number => int.Parse(number, CultureInfo.InvariantCulture))];
    }

    private static bool IsNumber(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && name == number.ToString(CultureInfo.InvariantCulture);
}
