namespace Brownian.Checkpoints;

/// <summary>A checkpoint file or folder is not what its format says. Nothing of it was loaded.</summary>
public sealed class CheckpointFormatException : Exception
{
    /// <summary>Names the place and the remedy; the message is built from the parts.</summary>
    /// <param name="file">The file or folder.</param>
    /// <param name="problem">What was expected and what came.</param>
    /// <param name="advice">What to do.</param>
    /// <param name="key">The entry of the file, or null.</param>
    /// <param name="offset">The position in the file in bytes, or null.</param>
    /// <param name="inner">What the parser said, or null.</param>
    public CheckpointFormatException(
        string file, string problem, string advice, string? key = null, long? offset = null, Exception? inner = null)
        : base(Compose(file, problem, advice, key, offset), inner)
    {
        File = file;
        Key = key;
        Offset = offset;
    }

    /// <summary>The file or folder that was refused.</summary>
    public string File { get; }

    /// <summary>The entry that is wrong; null when it is the file as a whole.</summary>
    public string? Key { get; }

    /// <summary>Where in the file, in bytes from its start; null when no single place is wrong.</summary>
    public long? Offset { get; }

    private static string Compose(string file, string problem, string advice, string? key, long? offset)
    {
        var entry = key is null ? "" : $", entry '{Shorten(key)}'";
        var at = offset is null ? "" : $", at byte {offset}";
        return $"{file}{entry}{at}: {problem}. {advice}";
    }

    // A hostile key may be megabytes long.
    private static string Shorten(string key) => key.Length <= 200 ? key : $"{key[..200]}… ({key.Length} characters)";
}
