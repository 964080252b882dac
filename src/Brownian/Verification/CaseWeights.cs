using System.Text.Json;
using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>
/// The weights of a network case: a file beside it or, under <c>generated_weights</c> in its case.json, shape, scale and offset of each parameter,
/// whose numbers follow from its name. Networks of any size then fit into a few kilobytes.
/// </summary>
internal sealed class CaseWeights : IDisposable
{
    private readonly string? temporary;

    private CaseWeights(string path, string? temporary = null) => (File, this.temporary) = (SafetensorsFile.Open(path), temporary);

    /// <summary>The weights, in the reference's own names.</summary>
    public SafetensorsFile File { get; }

    /// <summary>Opens the first of the files that exists, or makes the numbers.</summary>
    /// <param name="file">The case.</param>
    /// <param name="names">Of files in its folder.</param>
    /// <exception cref="IOException">There is neither a file nor a rule.</exception>
    public static CaseWeights Open(GoldenFile file, params string[] names)
    {
        string[] paths = [.. names.Select(name => Path.Combine(file.Folder, name))];
        if (Array.Find(paths, System.IO.File.Exists) is not { } found)
        {
            return file.Json.TryGetProperty("generated_weights", out var generated) ? Generated(generated.GetProperty("parameters")) : new(paths[0]);
        }

        return new(found);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        File.Dispose();
        if (temporary is not null)
        {
            System.IO.File.Delete(temporary);
        }
    }

    private static CaseWeights Generated(JsonElement parameters)
    {
        using var scope = NewDisposeScope();
        var tensors = parameters.EnumerateObject().Select(entry =>
        {
            long[] shape = [.. entry.Value[0].EnumerateArray().Select(side => side.GetInt64())];
            return (entry.Name, Numbers(entry.Name, shape, entry.Value[1].GetDouble(), entry.Value[2].GetDouble()));
        });
        var path = Path.GetTempFileName();
        SafetensorsWriter.Write(path, tensors);
        return new(path, path);
    }

    // offset + scale·u, u uniform in [−1/2, 1/2): murmur3's finalizer of FNV-1a of the name plus multiples of 2³²/φ.
    private static Tensor Numbers(string name, long[] shape, double scale, double offset)
    {
        var start = name.Aggregate(2166136261u, (hash, letter) => (hash ^ (byte)letter) * 16777619);
        var numbers = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < numbers.Length; i++)
        {
            var bits = start + (uint)i * 0x9E3779B9;
            bits = (bits ^ (bits >> 16)) * 0x85EBCA6B;
            bits = (bits ^ (bits >> 13)) * 0xC2B2AE35;
            bits ^= bits >> 16;
            numbers[i] = (float)(offset + scale * ((bits >> 8) * (1.0 / (1 << 24)) - 0.5));
        }

        return tensor(numbers).reshape(shape);
    }
}
