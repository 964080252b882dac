namespace Brownian.Data.Text;

/// <summary>Byte-pair encoding (Sennrich et al. 2016): a word begins as its characters, and the pair that was learned first is joined until none is left.</summary>
internal sealed class BytePairs
{
    private readonly Dictionary<(string Left, string Right), int> ranks = [];

    /// <param name="merges">The pairs in the order in which they were learned.</param>
    public BytePairs(IEnumerable<(string Left, string Right)> merges)
    {
        foreach (var pair in merges)
        {
            ranks.TryAdd(pair, ranks.Count);
        }
    }

    /// <summary>The pieces of a word.</summary>
    /// <param name="symbols">Its characters, the last with the mark of a word's end.</param>
    public IReadOnlyList<string> Apply(List<string> symbols)
    {
        while (symbols.Count > 1 && First(symbols) is { } pair)
        {
            var kept = 0;
            for (var i = 0; i < symbols.Count; i++)
            {
                var joins = i + 1 < symbols.Count && symbols[i] == pair.Left && symbols[i + 1] == pair.Right;
                symbols[kept++] = joins ? pair.Left + pair.Right : symbols[i];
                i += joins ? 1 : 0;
            }

            symbols.RemoveRange(kept, symbols.Count - kept);
        }

        return symbols;
    }

    private (string Left, string Right)? First(List<string> symbols)
    {
        var best = (Rank: int.MaxValue, Pair: ((string, string)?)null);
        for (var i = 0; i + 1 < symbols.Count; i++)
        {
            if (ranks.TryGetValue((symbols[i], symbols[i + 1]), out var rank) && rank < best.Rank)
            {
                best = (rank, (symbols[i], symbols[i + 1]));
            }
        }

        return best.Pair;
    }
}
