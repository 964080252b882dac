namespace Brownian.Data.Text;

/// <summary>Tokens that stand for themselves. Hugging Face looks for them before it cleans: what is between them is cleaned apart.</summary>
internal static class SpecialTokens
{
    /// <summary>The text in its order, cut before and after each token; parts between tokens may be empty.</summary>
    public static IEnumerable<string> Split(string text, IReadOnlyCollection<string> tokens)
    {
        while (text.Length > 0)
        {
            var found = tokens.Select(token => (At: text.IndexOf(token, StringComparison.Ordinal), Token: token)).Where(place => place.At >= 0 && place.Token.Length > 0).ToArray();
            if (found.Length == 0)
            {
                yield return text;
                yield break;
            }

            var (at, token) = found.MinBy(place => place.At);
            yield return text[..at];
            yield return token;
            text = text[(at + token.Length)..];
        }
    }
}
