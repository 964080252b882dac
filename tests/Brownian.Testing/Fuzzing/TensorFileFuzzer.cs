using System.Diagnostics;
using System.IO.Compression;
using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Testing.Fuzzing;

/// <summary>
/// Gives mutated files to the readers of safetensors, pickles, zip archives and NumPy arrays. A case is a function of its number: what failed
/// can be repeated. Each is read whole or refused with a <see cref="CheckpointFormatException"/> that names the file; anything else is thrown.
/// </summary>
public sealed class TensorFileFuzzer
{
    /// <summary>What a file of a few kilobytes may make a reader allocate, in bytes.</summary>
    public const long MostBytes = 64 << 20;

    private const string Name = "fuzzed";
    private const int TensorsRead = 6;

    private static readonly string[] Sources =
    [
        "zip.pt", "deflated.pt", "legacy.pt", "legacy-protocol-4.pt", "score-sde.pth", "ncsnv2.pth", "dit.pt", "lightning.ckpt", "arrays.npz", "packed.npz", "one.npy",
        "arrays.pkl", "arrays-2.pkl", "expected.safetensors", "networks.safetensors", "clip-script.pt",
    ];

    private readonly (byte[] Bytes, IReadOnlyList<(string Name, byte[] Bytes)> Files)[] corpus = Array.ConvertAll(Sources, Load);

    /// <summary>Runs cases.</summary>
    /// <param name="seed">Of the mutations.</param>
    /// <param name="first">The number of the first case.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="InvalidOperationException">A case did what none may; its number is in the message.</exception>
    public FuzzReport Run(ulong seed, long first, long count)
    {
        var report = new FuzzReport(0, 0, 0, 0, TimeSpan.Zero);
        for (var number = first; number < first + count; number++)
        {
            var bytes = Case(seed, number);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            bool sound;
            try
            {
                sound = Survives(bytes);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"case {number} of seed {seed}: {e.GetType().Name}: {e.Message}", e);
            }

            report = report.Plus(new(1, sound ? 1 : 0, sound ? 0 : 1, GC.GetAllocatedBytesForCurrentThread() - before, watch.Elapsed));
            if (report.MostBytes > MostBytes)
            {
                throw new InvalidOperationException($"case {number} of seed {seed} ({bytes.Length} bytes) allocated {report.MostBytes} bytes");
            }
        }

        return report;
    }

    /// <summary>The bytes of a case.</summary>
    public byte[] Case(ulong seed, long number)
    {
        using var random = new RandomStream(seed, (ulong)number);
        var (bytes, files) = corpus[random.NextInt(corpus.Length)];
        var other = corpus[random.NextInt(corpus.Length)].Bytes;
        return files.Count > 0 && random.NextInt(4) != 0 ? Mutator.ChangeInside(files, other, random) : Mutator.Change(bytes, other, random);
    }

    private static (byte[] Bytes, IReadOnlyList<(string Name, byte[] Bytes)> Files) Load(string source)
    {
        var bytes = File.ReadAllBytes(GoldenData.At("formats", source));
        if (bytes is not [(byte)'P', (byte)'K', ..])
        {
            return (bytes, []);
        }

        using var archive = new ZipArchive(new MemoryStream(bytes));
        return (bytes, [.. archive.Entries.Select(entry => (entry.FullName, Content(entry)))]);
    }

    private static byte[] Content(ZipArchiveEntry entry)
    {
        using var content = new MemoryStream();
        using var read = entry.Open();
        read.CopyTo(content);
        return content.ToArray();
    }

    private static bool Survives(byte[] bytes)
    {
        using var scope = NewDisposeScope();
        try
        {
            using var file = TensorFormat.OpenWhole(MappedFile.Of(Name, bytes), null);
            foreach (var key in file.Keys)
            {
                var info = file.Info(key);
                _ = checked(info.Count * info.Type.Bytes);
            }

            foreach (var key in file.Keys.Where(key => file.Info(key).Type.ScalarType is not null).Take(TensorsRead))
            {
                using var tensor = file.Read(key);
                if (!tensor.shape.SequenceEqual(file.Info(key).Shape))
                {
                    throw new InvalidOperationException($"'{key}' is described as [{string.Join(", ", file.Info(key).Shape)}] and read as [{string.Join(", ", tensor.shape)}]");
                }
            }

            return true;
        }
        catch (CheckpointFormatException e)
        {
            return e.File == Name ? false : throw new InvalidOperationException($"the error names '{e.File}'", e);
        }
    }
}
