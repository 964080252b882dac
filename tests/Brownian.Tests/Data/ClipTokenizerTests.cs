using Brownian.Data.Text;
using Brownian.Testing;
using Brownian.Tests.Checkpoints;
using Brownian.Tests.Verification;

namespace Brownian.Tests.Data;

public sealed class ClipTokenizerTests
{
    private static readonly string Folder = GoldenData.At("clip_bpe", "tokenizer");

    [Fact]
    public void Every_text_of_the_table_has_the_tokens_of_the_reference()
    {
        GoldenCase.Passes("clip_bpe");
    }

    [Theory]
    [InlineData("a photo of a cat.")]
    [InlineData("it's 1234 o'clock!")]
    [InlineData("日本語 שלום 🤖")]
    public void Tokens_become_their_text_again(string text)
    {
        var tokenizer = ClipTokenizer.Load(Folder);
        var tokens = tokenizer.Encode(text);
        Assert.Equal(tokenizer.Start, tokens[0]);
        Assert.Equal(tokenizer.End, tokens[^1]);
        Assert.Equal(text.Replace(" ", "", StringComparison.Ordinal), tokenizer.Decode(tokens.Skip(1).SkipLast(1)).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_long_text_is_cut_and_keeps_its_end_and_a_short_one_is_filled()
    {
        var tokenizer = ClipTokenizer.Load(Folder);
        var whole = tokenizer.Encode("one two three");
        var cut = tokenizer.Padded("one two three", whole.Count - 2);
        Assert.Equal(whole.Count - 2, cut.Length);
        Assert.Equal(whole.Take(whole.Count - 3).Select(token => (long)token).Append(tokenizer.End), cut);
        var filled = tokenizer.Padded("one");
        Assert.Equal(77, filled.Length);
        Assert.All(filled.Skip(tokenizer.Encode("one").Count), token => Assert.Equal(tokenizer.End, token));
    }

    [Fact]
    public void The_token_that_fills_is_the_one_that_the_files_name()
    {
        using var folder = new TemporaryFolder();
        Copy(folder);
        File.WriteAllText(folder["special_tokens_map.json"], """{"pad_token": "!", "eos_token": {"content": "<|endoftext|>"}}""");
        File.WriteAllText(folder["tokenizer_config.json"], """{"model_max_length": 12}""");
        var tokenizer = ClipTokenizer.Load(folder[""]);
        Assert.Equal((0, 12), (tokenizer.Pad, tokenizer.Padded("a").Length));
    }

    [Fact]
    public void One_file_says_the_same_as_two()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder[""]);
        var vocabulary = File.ReadAllText(Path.Combine(Folder, "vocab.json"));
        var merges = File.ReadAllLines(Path.Combine(Folder, "merges.txt")).Skip(1).Where(line => line.Length > 0).Select(line => System.Text.Json.JsonSerializer.Serialize(line.Split(' ')));
        File.WriteAllText(folder["tokenizer.json"], $$"""{"model": {"vocab": {{vocabulary}}, "merges": [{{string.Join(',', merges)}}] } }""");
        Assert.Equal(ClipTokenizer.Load(Folder).Encode("The quick brown fox's 12 jumps"), ClipTokenizer.Load(folder[""]).Encode("The quick brown fox's 12 jumps"));
    }

    [Fact]
    public void The_plain_list_of_pairs_numbers_bytes_pieces_and_special_tokens()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder[""]);
        File.WriteAllText(folder["bpe.txt"], "\"version\"\nc a\nca t</w>\n");
        var tokenizer = ClipTokenizer.LoadOpenAi(folder["bpe.txt"]);
        Assert.Equal((516, 514, 515), (tokenizer.Count, tokenizer.Start, tokenizer.End));
        Assert.Equal([514, 513, 512, 'b' - '!' + 256, 515], tokenizer.Encode("Cat cab"));
    }

    [Fact]
    public void A_special_token_in_a_text_is_one_token_whatever_stands_beside_it()
    {
        var tokenizer = ClipTokenizer.Load(Folder);
        Assert.Equal(tokenizer.End, tokenizer.Encode("a<|endoftext|>b")[2]);
        Assert.Equal(tokenizer.Start, tokenizer.Encode("<|STARTOFTEXT|>")[1]);
    }

    [Theory]
    [InlineData("merges.txt", "", "expected a tokenizer's vocab.json and merges.txt")]
    [InlineData("vocab.json", "{", "not a tokenizer's file")]
    [InlineData("vocab.json", """{"a": 1}""", "has no token '<|startoftext|>'")]
    public void A_damaged_folder_is_refused_by_name(string file, string content, string expected)
    {
        using var folder = new TemporaryFolder();
        Copy(folder);
        File.Delete(folder[file]);
        if (content.Length > 0)
        {
            File.WriteAllText(folder[file], content);
        }

        Assert.Contains(expected, Assert.Throws<InvalidDataException>(() => ClipTokenizer.Load(folder[""])).Message, StringComparison.Ordinal);
    }

    private static void Copy(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder[""]);
        foreach (var file in Directory.GetFiles(Folder))
        {
            File.Copy(file, folder[Path.GetFileName(file)]);
        }
    }
}
