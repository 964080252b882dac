using Brownian.Checkpoints;

namespace Brownian.Cli.Samples;

/// <summary>--class: one, several or all, spread over the pictures in equal parts.</summary>
internal static class ClassChoice
{
    private const int Each = 8;
    private const int Alone = 16;

    /// <param name="bundle">The model.</param>
    /// <param name="classes">What --class was given: names, numbers or "all"; empty for none.</param>
    /// <param name="count">How many pictures; null for a number that suits.</param>
    /// <returns>The label of each picture (null for an unconditional model), how many, and how many there are of each class.</returns>
    /// <exception cref="UsageException">A class that the model does not have.</exception>
    public static (IReadOnlyList<long>? Labels, int Count, int PerClass) Of(ModelBundle bundle, IReadOnlyList<string> classes, int? count)
    {
        var chosen = Chosen(bundle, classes);
        var number = count ?? (chosen?.Length > 1 ? chosen.Length * Each : Alone);
        if (chosen is null)
        {
            return (null, number, number);
        }

        var each = (number + chosen.Length - 1) / chosen.Length;
        return ([.. Enumerable.Range(0, number).Select(i => chosen[i / each])], number, each);
    }

    private static long[]? Chosen(ModelBundle bundle, IReadOnlyList<string> classes)
    {
        if (classes.Count > 0 && !classes.Contains("all", StringComparer.OrdinalIgnoreCase))
        {
            return [.. classes.Select(name => UsageException.When(() => bundle.LabelOf(name)))];
        }

        if (bundle.ClassCount is not { } all)
        {
            return classes.Count == 0 ? null : throw new UsageException("--class: the model knows no classes. Leave --class out.");
        }

        // Without a wish a model that was trained for guidance draws whatever it likes; another one has to be told something.
        return classes.Count == 0 && bundle.NullLabel is { } any ? [any] : [.. Enumerable.Range(0, all).Select(i => (long)i)];
    }
}
