using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Brownian.Cli.Drawings;

/// <summary>A picture that a drawing starts from, and what tells whether it is still the same.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Sha256">The SHA-256 of its bytes.</param>
internal sealed record InputFile(string Path, string Sha256)
{
    /// <summary>The name alone.</summary>
    [JsonIgnore]
    public string Name => System.IO.Path.GetFileName(Path);

    public static InputFile? Of(string option, string? path) => path is null ? null
        : new(System.IO.Path.GetFullPath(UsageException.Existing(option, path)), Hash(path));

    /// <summary>The file where it was, or beside the picture that was made of it.</summary>
    /// <exception cref="UsageException">It is not found, or is another.</exception>
    public InputFile Found(string picture)
    {
        var beside = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(picture))!, Name);
        return new[] { Path, beside }.Where(File.Exists).Select(path => new InputFile(path, Hash(path))).FirstOrDefault(file => file.Sha256 == Sha256)
            ?? throw new UsageException($"the picture was made of {Path} (SHA-256 {Sha256[..16]}…), which is neither there nor beside it. Put that file beside the picture.");
    }

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
