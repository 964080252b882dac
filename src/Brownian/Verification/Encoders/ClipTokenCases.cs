using System.Text.Json;
using Brownian.Data.Text;

namespace Brownian.Verification.Encoders;

/// <summary>
/// Tables of texts and their tokens: with the small vocabulary of the case, and with CLIP's own where it is found (<c>data/clip-bpe</c> in a folder above).
/// </summary>
public sealed class ClipTokenCases() : ClassCases("CLIP BPE tokenizer")
{
    private const string FullVocabulary = "bpe_simple_vocab_16e6.txt.gz";

    private protected override void Compare(GoldenFile file, Comparison comparison)
    {
        using var table = JsonDocument.Parse(File.ReadAllText(Path.Combine(file.Folder, "tokens.json")));
        (string, ClipTokenizer)[] tokenizers = [.. Tokenizers(file.Folder)];
        foreach (var row in table.RootElement.EnumerateArray())
        {
            foreach (var (field, tokenizer) in tokenizers)
            {
                Row(row, field, tokenizer, comparison);
            }
        }
    }

    private static void Row(JsonElement row, string field, ClipTokenizer tokenizer, Comparison comparison)
    {
        if (!row.TryGetProperty(field, out var expected) || expected.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        var (text, tokens) = (row.GetProperty("text").GetString()!, expected.EnumerateArray().Select(token => token.GetInt64()).ToArray());
        long[] ours = field.StartsWith("padded", StringComparison.Ordinal) ? tokenizer.Padded(text, tokens.Length) : [.. tokenizer.Encode(text)];
        var name = $"{field} of {JsonSerializer.Serialize(text.Length > 40 ? text[..40] : text)}";
        if (!ours.SequenceEqual(tokens))
        {
            comparison.Fail(name, $"[{string.Join(", ", ours)}], expected [{string.Join(", ", tokens)}]");
        }
        else
        {
            comparison.Number(name, ours.Length, tokens.Length, 0.5);
        }

        if (field == "ids_openai" && row.TryGetProperty("decode_openai", out var words) && words.GetString() is { } expectedWords
            && tokenizer.Decode(tokens.Skip(1).SkipLast(1).Select(token => (int)token)) is var read && read != expectedWords)
        {
            comparison.Fail(name, $"decoded as {JsonSerializer.Serialize(read)}, expected {JsonSerializer.Serialize(expectedWords)}");
        }
    }

    private static IEnumerable<(string Field, ClipTokenizer Tokenizer)> Tokenizers(string folder)
    {
        var small = ClipTokenizer.Load(Path.Combine(folder, "tokenizer"));
        yield return ("mini_ids", With(small, TextCleaning.Ftfy));
        yield return ("mini_ids_basic", With(small, TextCleaning.Basic));
        if (Full(folder) is not { } path)
        {
            yield break;
        }

        var full = ClipTokenizer.LoadOpenAi(path);
        yield return ("ids_openai", full);
        yield return ("ids_hf_ftfy", With(full, TextCleaning.Ftfy));
        yield return ("padded77_hf_ftfy", With(full, TextCleaning.Ftfy));
        yield return ("ids_hf_basic", With(full, TextCleaning.Basic));
    }

    private static ClipTokenizer With(ClipTokenizer tokenizer, TextCleaning cleaning) => new(tokenizer.Vocabulary) { Cleaning = cleaning };

    private static string? Full(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            var path = Path.Combine(at.FullName, "data", "clip-bpe", FullVocabulary);
            if (File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
