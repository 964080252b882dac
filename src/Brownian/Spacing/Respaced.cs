using System.Globalization;
using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>
/// improved-diffusion's and guided-diffusion's timestep_respacing: "25" spreads steps evenly over a discrete path, ends included;
/// "10,15,20" does so within each of equal sections, cleanest first; "ddim25" takes every n-th step from 0 on.
/// </summary>
/// <param name="Sections">The text.</param>
public sealed record Respaced(string Sections) : ISpacing
{
    private const string Strided = "ddim";

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The path is not discrete, has too few steps, or gives another number of steps than was asked for.</exception>
    public NoiseSchedule Levels(GaussianPath path, int steps)
    {
        var table = path as DiscretePath ?? throw new ArgumentException(
            $"spacing: sections of steps need a discrete path; got {path.GetType().Name}. Choose karras or linspace.", nameof(path));
        var times = Times(table.Count);
        return times.Count == steps
            ? new(path, [.. times.Reverse().Select(time => path.At(time)), path.Clean])
            : throw new ArgumentException($"spacing: \"{Sections}\" gives {times.Count} steps; got {steps}. Give one or the other.", nameof(steps));
    }

    /// <summary>The steps that are kept of <paramref name="count"/>, ascending.</summary>
    /// <exception cref="ArgumentException">The text is not of this kind, or asks for more steps than there are.</exception>
    public IReadOnlyList<int> Times(int count)
    {
        if (Sections.StartsWith(Strided, StringComparison.Ordinal))
        {
            return StridedTimes(count, Number(Sections[Strided.Length..]));
        }

        var sections = Sections.Split(',').Select(Number).ToArray();
        var (times, start) = (new SortedSet<int>(), 0);
        for (var i = 0; i < sections.Length; i++)
        {
            var size = count / sections.Length + (i < count % sections.Length ? 1 : 0);
            times.UnionWith(Section(start, size, sections[i]));
            start += size;
        }

        return [.. times];
    }

    private static IEnumerable<int> Section(int start, int size, int wanted)
    {
        if (wanted > size)
        {
            throw new ArgumentException($"spacing: expected at most the {size} steps of a section; got {wanted}. Ask for fewer.");
        }

        // Added up and not multiplied, so that halves round as in the reference.
        var (stride, at) = (wanted <= 1 ? 1.0 : (double)(size - 1) / (wanted - 1), 0.0);
        for (var i = 0; i < wanted; i++, at += stride)
        {
            yield return start + (int)Math.Round(at);
        }
    }

    private static int[] StridedTimes(int count, int wanted)
    {
        for (var stride = 1; stride < count; stride++)
        {
            if ((count + stride - 1) / stride == wanted)
            {
                return [.. Enumerable.Range(0, wanted).Select(i => i * stride)];
            }
        }

        throw new ArgumentException($"spacing: no whole stride takes exactly {wanted} of {count} steps. Choose a divisor of {count}, or \"{wanted}\" without ddim.");
    }

    private int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new ArgumentException($"spacing: expected \"25\", \"10,15,20\" or \"ddim25\"; got \"{Sections}\".");
}
