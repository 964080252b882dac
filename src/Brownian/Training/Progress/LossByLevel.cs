namespace Brownian.Training;

/// <summary>Mean loss in bands of the noise level σ/α, so that a fall of the loss can be told from other levels having been drawn.</summary>
public sealed class LossByLevel
{
    // Half-decades: fine enough to see which scale is learned, wide enough for a batch to fill.
    private static readonly double[] Edges = [0.03, 0.1, 0.3, 1, 3, 10, 30];

    private readonly double[] sums = new double[Edges.Length + 1];
    private readonly long[] counts = new long[Edges.Length + 1];

    /// <summary>The bands' names: <c>&lt;0.03</c>, <c>0.03-0.1</c> … <c>&gt;30</c>, bounds of σ/α.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        FormattableString.Invariant($"<{Edges[0]}"),
        .. Edges.Zip(Edges.Skip(1), (low, high) => FormattableString.Invariant($"{low}-{high}")),
        FormattableString.Invariant($">{Edges[^1]}"),
    ];

    /// <summary>The band of a level.</summary>
    public static string NameOf(NoiseLevel level) => Names[Index(level)];

    /// <summary>Counts losses in.</summary>
    public void Add(IEnumerable<(NoiseLevel Level, float Loss)> losses)
    {
        foreach (var (level, loss) in losses)
        {
            var index = Index(level);
            sums[index] += loss;
            counts[index]++;
        }
    }

    /// <summary>The mean of each band that was visited, cleanest first; counting starts anew.</summary>
    public IReadOnlyList<(string Band, double Loss)> TakeMeans()
    {
        var means = Enumerable.Range(0, counts.Length).Where(i => counts[i] > 0).Select(i => (Names[i], sums[i] / counts[i])).ToArray();
        Array.Clear(sums);
        Array.Clear(counts);
        return means;
    }

    private static int Index(NoiseLevel level)
    {
        var above = Array.FindIndex(Edges, edge => level.NoiseToSignal < edge);
        return above < 0 ? Edges.Length : above;
    }
}
