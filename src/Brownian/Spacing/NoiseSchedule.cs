using System.Collections;
using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>The noise levels that one run visits, noisiest first, and the path they lie on.</summary>
public sealed class NoiseSchedule : IReadOnlyList<NoiseLevel>
{
    private readonly NoiseLevel[] levels;

    /// <summary>A schedule of these levels.</summary>
    /// <param name="path">The path they lie on: samplers that need a level between two of them ask it.</param>
    /// <param name="levels">At least two, a start and an end.</param>
    public NoiseSchedule(GaussianPath path, params IEnumerable<NoiseLevel> levels)
    {
        (Path, this.levels) = (path, [.. levels]);
        if (this.levels.Length < 2)
        {
            throw new ArgumentException(
                $"levels: expected at least two, a start and an end; got {this.levels.Length}. Ask the spacing for at least one step.",
                nameof(levels));
        }
    }

    /// <summary>The path on which the levels lie.</summary>
    public GaussianPath Path { get; }

    /// <summary>The number of levels, one more than <see cref="Steps"/>.</summary>
    public int Count => levels.Length;

    /// <summary>The number of steps.</summary>
    public int Steps => levels.Length - 1;

    /// <inheritdoc/>
    public NoiseLevel this[int index] => levels[index];

    /// <summary>The part from the level numbered <paramref name="first"/> on: image-to-image starts in the middle.</summary>
    public NoiseSchedule From(int first) => new(Path, levels[first..]);

    /// <summary>The number of the step that starts at <paramref name="from"/>, looked for from <paramref name="first"/> on; −1 if none does.</summary>
    public int StepFrom(NoiseLevel from, int first = 0) => Array.IndexOf(levels, from, Math.Min(first, levels.Length));

    /// <inheritdoc/>
    public IEnumerator<NoiseLevel> GetEnumerator() => levels.AsEnumerable().GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
