using System.Text;
using Brownian.Checkpoints;
using Brownian.Data.Text;
using Brownian.Tests.Checkpoints;

namespace Brownian.Tests.Data;

/// <summary>T5's tokenizer with small models, written here byte by byte in SentencePiece's format; what comes out follows by adding up logarithms.</summary>
public sealed class T5TokenizerTests : IDisposable
{
    private const int Normal = 1, UnknownKind = 2, Control = 3, UserDefined = 4;

    private static readonly (string Text, float Score, int Kind)[] Pieces =
    [
        ("<pad>", 0, Control), ("</s>", 0, Control), ("<unk>", 0, UnknownKind), ("▁", -3, Normal), ("▁a", -2, Normal), ("ab", -2.5f, Normal), ("b", -3, Normal),
        ("a", -3.2f, Normal), ("▁ab", -6, Normal), ("c", -4, Normal), ("fi", -2, Normal), ("😀", -1, Normal),
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("ab", "▁a b")] // −2 − 3 beats ▁ + ab (−5.5), ▁ab (−6) and ▁ + a + b
    [InlineData("aab", "▁a ab")] // −4.5 beats ▁a + a + b (−8.2)
    [InlineData("  a   b c ", "▁a ▁ b ▁ c")]
    [InlineData("", "")]
    [InlineData("   ", "")]
    [InlineData("abab", "▁a b ab")]
    [InlineData("b😀a", "▁ b 😀 a")]
    public void The_most_probable_pieces_are_found(string text, string pieces)
    {
        var tokenizer = Make();
        int[] expected = [.. pieces.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Number), 1];
        Assert.Equal(expected, tokenizer.Encode(text));
        Assert.Equal(string.Concat(pieces.Split(' ')).Replace('▁', ' ').TrimStart(), tokenizer.Decode(expected));
    }

    [Fact]
    public void Characters_that_no_piece_has_are_one_unknown_token_in_a_row()
    {
        var tokenizer = Make();
        Assert.Equal([Number("▁"), 2, Number("ab"), 2, 1], tokenizer.Encode("xyzab?"));
        Assert.Equal((2, 1, 0, 112), (tokenizer.Unknown, tokenizer.End, tokenizer.Pad, tokenizer.Count));
    }

    [Fact]
    public void Lines_are_filled_and_cut_and_end()
    {
        var tokenizer = Make();
        Assert.Equal(512, tokenizer.MaxLength);
        Assert.Equal([4, 6, 1, 0, 0, 0], tokenizer.Padded("ab", 6));
        Assert.Equal([4, 1], tokenizer.Padded("ab", 2));
        Assert.Equal([1L], tokenizer.Padded("ab", 1));
        File.WriteAllText(folder["tokenizer_config.json"], """{"model_max_length": 77, "extra_ids": 0}""");
        Assert.Equal((77, 12), (T5Tokenizer.Load(folder.Path).MaxLength, T5Tokenizer.Load(folder.Path).Count));
    }

    [Fact]
    public void Special_tokens_in_a_text_are_themselves()
    {
        var tokenizer = Make();
        Assert.Equal([4, 111, 4, 12, 1, 1], tokenizer.Encode("a<extra_id_0>a<extra_id_99></s>"));
    }

    [Fact]
    public void Characters_are_replaced_by_the_models_table_the_longest_entry_first()
    {
        var tokenizer = Make(CharacterTable(("ﬁ", "fi"), ("Ａ", "a"), ("ＡＢ", "ab"), ("\u3000", " "), ("\u200b", "")));
        Assert.Equal([Number("▁"), Number("fi"), 1], tokenizer.Encode("ﬁ"));
        Assert.Equal([Number("▁a"), 1], tokenizer.Encode("Ａ"));
        Assert.Equal([Number("▁a"), Number("b"), Number("▁a"), 1], tokenizer.Encode("\u3000ＡＢ\u3000\u200bＡ\u3000"));
    }

    [Fact]
    public void A_piece_that_was_given_stays_whole_whatever_it_scores_and_its_characters_are_not_replaced()
    {
        (string, float, int)[] pieces = [.. Pieces, ("abc", -50, UserDefined), ("Ａ", -50, UserDefined), ("ＡB", -50, UserDefined)];
        var tokenizer = Make(CharacterTable(("Ａ", "a")), pieces);
        var (abc, wide, both) = (Pieces.Length, Pieces.Length + 1, Pieces.Length + 2);
        Assert.Equal([Number("▁"), abc, 1], tokenizer.Encode("abc"));
        Assert.Equal([Number("▁a"), abc, Number("ab"), 1], tokenizer.Encode("aabcab"));
        Assert.Equal([Number("▁"), wide, Number("b"), both, 1], tokenizer.Encode("ＡbＡB"));
    }

    [Fact]
    public void A_piece_that_was_given_does_not_change_what_unknown_characters_cost()
    {
        // An unknown character costs 10 beyond the least probable learned piece, −20: x + mno (−31) beats xm + no (−40).
        (string, float, int)[] pieces = [.. Pieces, ("xm", -20, Normal), ("no", -20, Normal), ("mno", -1, Normal), ("q", -500, UserDefined)];
        Assert.Equal([Number("▁"), 2, Pieces.Length + 2, 1], Make(null, pieces).Encode("xmno"));
    }

    [Fact]
    public void The_file_of_the_other_library_gives_the_same()
    {
        var vocab = string.Join(",", Pieces.Select(piece => FormattableString.Invariant($"[\"{piece.Text}\",{piece.Score}]")));
        var table = Convert.ToBase64String(CharacterTable(("Ａ", "a")));
        File.WriteAllText(
            folder["tokenizer.json"],
            $$$"""
            {"added_tokens":[{"id":0,"content":"<pad>"},{"id":1,"content":"</s>"},{"id":2,"content":"<unk>"}],
             "normalizer":{"type":"Sequence","normalizers":[{"type":"Precompiled","precompiled_charsmap":"{{{table}}}"},{"type":"Replace"}]},
             "model":{"type":"Unigram","unk_id":2,"vocab":[{{{vocab}}}]}}
            """);
        var tokenizer = T5Tokenizer.Load(folder.Path);
        Assert.Equal([Number("▁a"), Number("ab"), 2, 1, 1], tokenizer.Encode("Ａab?</s>"));
        Assert.Equal(new TokenizerInfo("T5 pieces", 112, 512), CheckpointInfo.Describe(folder.Path).Tokenizer);
    }

    [Fact]
    public void What_is_no_such_model_is_refused_with_its_reason()
    {
        Refused("found neither", () => T5Tokenizer.Load(folder.Path));
        var whole = Model([], Pieces);
        foreach (var length in Enumerable.Range(1, whole.Length - 1))
        {
            File.WriteAllBytes(folder["spiece.model"], whole[..length]);
            try
            {
                T5Tokenizer.Load(folder.Path).Encode("ab");
            }
            catch (InvalidDataException)
            {
                // Cut within a field; between two it may still be a model.
            }
        }

        File.WriteAllBytes(folder["spiece.model"], [.. whole, .. Message(2, Whole(3, 2))]);
        Refused("none of unigrams", () => T5Tokenizer.Load(folder.Path));
        File.WriteAllBytes(folder["spiece.model"], [.. whole, .. Message(2, Whole(42, 999))]);
        Refused("do not have those that it names", () => T5Tokenizer.Load(folder.Path));
        File.WriteAllBytes(folder["spiece.model"], [.. whole, .. Message(3, Message(2, [255, 255, 255, 255, 1]))]);
        Refused("the table of characters is cut off", () => T5Tokenizer.Load(folder.Path));
    }

    [Theory]
    [InlineData("""{"model":{"type":"Unigram","unk_id":0,"vocab":[["a"]]}}""")]
    [InlineData("""{"model":{"type":"Unigram","unk_id":0,"vocab":[[null,-1]]}}""")]
    [InlineData("""{"model":{"type":"Unigram","unk_id":null,"vocab":[["a",-1]]}}""")]
    [InlineData("""{"added_tokens":[{"id":0,"content":"a"},{"id":1,"content":"a"}],"model":{"type":"Unigram","unk_id":0,"vocab":[["a",-1],["b",-1]]}}""")]
    [InlineData("""{"added_tokens":[{"id":0,"content":null}],"model":{"type":"Unigram","unk_id":0,"vocab":[["a",-1],["b",-1]]}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{}}}""")]
    [InlineData("[]")]
    public void A_damaged_file_of_the_other_library_is_refused_by_name(string json)
    {
        File.WriteAllText(folder["tokenizer.json"], json);
        Refused("tokenizer.json: not a tokenizer of T5's kind", () => T5Tokenizer.Load(folder.Path));
    }

    private static void Refused(string expected, Action load) => Assert.Contains(expected, Assert.Throws<InvalidDataException>(load).Message, StringComparison.Ordinal);

    private static int Number(string piece) => Array.FindIndex(Pieces, p => p.Text == piece);

    private T5Tokenizer Make(byte[]? characters = null, (string Text, float Score, int Kind)[]? pieces = null)
    {
        File.WriteAllBytes(folder["spiece.model"], Model(characters ?? [], pieces ?? Pieces));
        return T5Tokenizer.Load(folder.Path);
    }

    // As T5's own: no token begins a text.
    private static byte[] Model(byte[] characters, (string Text, float Score, int Kind)[] pieces) =>
    [
        .. pieces.SelectMany(piece => Message(1, [.. Message(1, Encoding.UTF8.GetBytes(piece.Text)), .. Varint(2 << 3 | 5), .. BitConverter.GetBytes(piece.Score), .. Whole(3, piece.Kind)])),
        .. Message(2, [.. Whole(3, 1), .. Whole(40, 2), .. Whole(41, -1), .. Whole(42, 1), .. Whole(43, 0)]),
        .. Message(3, [.. Message(1, "nmt_nfkc"u8.ToArray()), .. characters.Length == 0 ? [] : Message(2, characters), .. Whole(3, 1), .. Whole(4, 1), .. Whole(5, 1)]),
    ];

    private static byte[] Message(int field, byte[] content) => [.. Varint((ulong)(field << 3 | 2)), .. Varint((ulong)content.Length), .. content];

    private static byte[] Whole(int field, long value) => [.. Varint((ulong)(field << 3)), .. Varint((ulong)value)];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value > 0x7F; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }

    // A double-array trie by the simplest method: each node's children are put at the first place where all of them are free.
    private static byte[] CharacterTable(params (string From, string To)[] rows)
    {
        var units = new uint[4096];
        var used = new HashSet<uint> { 0 };
        var texts = new List<byte>();
        var entries = new List<(byte[] Key, uint Value)>();
        foreach (var (from, to) in rows)
        {
            entries.Add((Encoding.UTF8.GetBytes(from), (uint)texts.Count));
            texts.AddRange([.. Encoding.UTF8.GetBytes(to), 0]);
        }

        Place(0, 0, entries);
        return [.. BitConverter.GetBytes(units.Length * 4), .. units.SelectMany(BitConverter.GetBytes), .. texts];

        void Place(uint node, int depth, List<(byte[] Key, uint Value)> keys)
        {
            var leaf = keys.Where(key => key.Key.Length == depth).ToArray();
            var children = keys.Where(key => key.Key.Length > depth).GroupBy(key => key.Key[depth]).ToArray();
            var places = children.Select(child => (uint)child.Key).Concat(leaf.Length > 0 ? [0u] : []).ToArray();
            var offset = 1u;
            while (places.Any(place => used.Contains(node ^ offset ^ place)))
            {
                offset++;
            }

            units[node] |= offset << 10 | (leaf.Length > 0 ? 1u << 8 : 0);
            foreach (var place in places)
            {
                used.Add(node ^ offset ^ place);
            }

            if (leaf.Length > 0)
            {
                units[node ^ offset] = 0x8000_0000 | leaf[0].Value;
            }

            foreach (var child in children)
            {
                units[node ^ offset ^ child.Key] = child.Key;
                Place(node ^ offset ^ child.Key, depth + 1, [.. child]);
            }
        }
    }
}
