namespace Brownian;

/// <summary>Finds what was probably meant.</summary>
internal static class NearestName
{
    // Beyond these a suggestion is no help, and hostile names would cost quadratic time.
    private const int MaxLength = 256, MaxCandidates = 4000;

    /// <summary>The candidate with the smallest edit distance, if less than half of the name must change; else null.</summary>
    public static string? Find(string name, IReadOnlyList<string> candidates)
    {
        if (name.Length > MaxLength)
        {
            return null;
        }

        var best = (Distance: (name.Length + 1) / 2, Name: (string?)null);
        foreach (var candidate in candidates.Take(MaxCandidates))
        {
            if (candidate.Length <= MaxLength && Math.Abs(candidate.Length - name.Length) < best.Distance
                && EditDistance.Between(name, candidate) is var d && d < best.Distance)
            {
                best = (d, candidate);
            }
        }

        return best.Name;
    }
}
