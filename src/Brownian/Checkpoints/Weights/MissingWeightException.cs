namespace Brownian.Checkpoints;

/// <summary>Weights and network do not match by name. The message lists the names, each with its nearest match.</summary>
public sealed class MissingWeightException : Exception
{
    private const int Shown = 12;

    /// <summary>Compares names.</summary>
    /// <param name="source">The file.</param>
    /// <param name="missing">Names that the network needs and the file lacks.</param>
    /// <param name="unexpected">Names that the file has and the network lacks.</param>
    /// <param name="present">The names that a missing one may have been meant by.</param>
    public MissingWeightException(
        string source, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IEnumerable<string> present)
        : base(Compose(source, missing, unexpected, [.. present]))
    {
        Missing = missing;
        Unexpected = unexpected;
    }

    /// <summary>Names that are needed and absent.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Names that are present and not needed.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    private static string Compose(
        string source, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> present)
    {
        var lines = new List<string> { $"{source}: {missing.Count} weights are missing and {unexpected.Count} are unexpected." };
        foreach (var name in missing.Take(Shown))
        {
            var nearest = NearestName.Find(name, unexpected.Count > 0 ? unexpected : present);
            lines.Add(nearest is null ? $"  missing: {name}" : $"  missing: {name} (nearest: {nearest})");
        }

        AddRest(lines, missing.Count);
        lines.AddRange(unexpected.Take(Shown).Select(name => $"  unexpected: {name}"));
        AddRest(lines, unexpected.Count);
        lines.Add("Check that the configuration belongs to these weights; foreign names are translated by a KeyMap.");
        return string.Join('\n', lines);
    }

    private static void AddRest(List<string> lines, int count)
    {
        if (count > Shown)
        {
            lines.Add($"  … and {count - Shown} more");
        }
    }
}
