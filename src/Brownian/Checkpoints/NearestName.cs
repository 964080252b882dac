namespace Brownian.Checkpoints;

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
                && Distance(name, candidate) is var d && d < best.Distance)
            {
                best = (d, candidate);
            }
        }

        return best.Name;
    }

    // Levenshtein 1966, two rows.
    private static int Distance(string a, string b)
    {
        Span<int> row = stackalloc int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[b.Length];
    }
}
