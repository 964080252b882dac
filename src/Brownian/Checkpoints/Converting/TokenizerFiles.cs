namespace Brownian.Checkpoints;

/// <summary>The files of tokenizers, which checkpoints of weights lack.</summary>
internal static class TokenizerFiles
{
    private static readonly string[] Needed = ["vocab.json", "merges.txt"];
    private static readonly string[] Single = ["spiece.model", "tokenizer.json"];
    private static readonly string[] Others = ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];

    /// <summary>Whether a folder has a tokenizer's files.</summary>
    public static bool AreIn(string folder) =>
        Needed.All(name => File.Exists(Path.Combine(folder, name))) || Single.Any(name => File.Exists(Path.Combine(folder, name)));

    /// <summary>Copies them from a folder; nothing if there is none.</summary>
    /// <exception cref="CheckpointFormatException">The folder has no tokenizer.</exception>
    public static void Copy(string? from, string to)
    {
        if (from is null)
        {
            return;
        }

        if (Needed.FirstOrDefault(name => !File.Exists(Path.Combine(from, name))) is { } missing)
        {
            throw new CheckpointFormatException(Path.Combine(from, missing), "the file is missing", "Give the tokenizer's folder of a CLIP model.");
        }

        Directory.CreateDirectory(to);
        foreach (var name in Needed.Concat(Others).Where(name => File.Exists(Path.Combine(from, name))))
        {
            File.Copy(Path.Combine(from, name), Path.Combine(to, name));
        }
    }
}
