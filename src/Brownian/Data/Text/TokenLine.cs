namespace Brownian.Data.Text;

/// <summary>Lines of tokens, all of one length, as text encoders read them.</summary>
internal static class TokenLine
{
    /// <summary>Tokens, cut and filled to a length: the end is kept.</summary>
    /// <param name="tokens">The tokens, the end included.</param>
    /// <param name="length">How many are wanted, 1 or more.</param>
    /// <param name="pad">What is filled in.</param>
    /// <param name="end">The last token of a line that was cut.</param>
    public static long[] Of(IReadOnlyList<int> tokens, int length, int pad, int end)
    {
        var line = new long[length];
        for (var i = 0; i < length; i++)
        {
            line[i] = i < tokens.Count ? tokens[i] : pad;
        }

        if (tokens.Count > length)
        {
            line[^1] = end;
        }

        return line;
    }
}
