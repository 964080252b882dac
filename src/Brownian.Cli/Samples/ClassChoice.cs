using Brownian.Checkpoints;
using Brownian.Cli.Terminals;

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

    /// <summary>Whether no picture is to show a class, so that there is nothing that guidance could follow.</summary>
    public static bool IsFree(ModelBundle bundle, IReadOnlyList<long>? labels) => labels is not null && labels.All(label => label == bundle.NullLabel);

    /// <summary>Checks --guidance, and warns where it has nothing to follow.</summary>
    /// <exception cref="UsageException">It is no number, or the model knows no guidance.</exception>
    public static void CheckGuidance(ModelBundle bundle, IReadOnlyList<long>? labels, double guidance, Terminal terminal)
    {
        if (!double.IsFinite(guidance))
        {
            throw new UsageException($"--guidance: expected a number; got {guidance}.");
        }

        if (guidance != 1 && bundle.NullLabel is null)
        {
            throw new UsageException("--guidance: the model was not trained for guidance (it has no label for \"any class\"). Leave it out.");
        }

        if (guidance != 1 && IsFree(bundle, labels))
        {
            terminal.Warn("--guidance: without --class there is nothing to follow, and the pictures are drawn plainly; give --class all, or a class");
        }
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
