namespace Brownian.Checkpoints;

/// <summary>
/// One renaming of a dotted key: wherever the segments of <paramref name="From"/> stand in it, those of <paramref name="To"/> take their
/// place. <c>*</c> stands for any one segment and is carried over in order; a leading <c>^</c> asks for the start of the key.
/// </summary>
/// <param name="From">Such as <c>attentions.*.query</c>.</param>
/// <param name="To">Such as <c>attentions.*.to_q</c>; empty to leave the segments out.</param>
public sealed record KeyRule(string From, string To)
{
    /// <summary>Which part of the foreign weight is meant; null for the whole. Rules with the same <see cref="From"/> share it out.</summary>
    public WeightPart? Part { get; init; }

    /// <summary>Whether the foreign matrix is the transposed one of ours.</summary>
    public bool IsTransposed { get; init; }

    /// <summary>The renamed key, or null when the rule does not apply.</summary>
    public string? Apply(string key)
    {
        var segments = key.Split('.');
        var anchored = From.StartsWith('^');
        var pattern = (anchored ? From[1..] : From).Split('.');
        for (var at = 0; at + pattern.Length <= segments.Length; at++)
        {
            if (Matches(segments.AsSpan(at, pattern.Length), pattern))
            {
                return Replace(segments, at, pattern);
            }

            if (anchored)
            {
                break;
            }
        }

        return null;
    }

    private static bool Matches(ReadOnlySpan<string> segments, string[] pattern)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != "*" && pattern[i] != segments[i])
            {
                return false;
            }
        }

        return true;
    }

    private string Replace(string[] segments, int at, string[] pattern)
    {
        var wild = new Queue<string>(pattern.Zip(segments.Skip(at)).Where(p => p.First == "*").Select(p => p.Second));
        var middle = To.Length == 0 ? [] : To.Split('.').Select(s => s == "*" ? wild.Dequeue() : s);
        return string.Join('.', [.. segments[..at], .. middle, .. segments[(at + pattern.Length)..]]);
    }
}
