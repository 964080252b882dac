using System.Buffers.Binary;
using System.Diagnostics;
using Brownian.Checkpoints;
using Brownian.Testing.Fuzzing;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class SafetensorsFuzzTests
{
    // BROWNIAN_FUZZ_CASES asks for a longer run.
    private static readonly int Cases = int.TryParse(Environment.GetEnvironmentVariable("BROWNIAN_FUZZ_CASES"), out var cases) ? cases : 20_000;

    [Fact]
    public void Twenty_thousand_mutated_files_are_read_whole_or_refused()
    {
        using var random = new RandomStream(20);
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var sound = 0;
        for (var i = 0; i < Cases; i++)
        {
            sound += Survives(Mutate(SafetensorsBytes.File(SafetensorsBytes.Sound, 32), random)) ? 1 : 0;
        }

        // Some mutations only change data or names: the fuzzer reaches beyond the first check.
        Assert.InRange((double)sound / Cases, 0.025, 0.75);
        Assert.True((GC.GetAllocatedBytesForCurrentThread() - before) / Cases < 40_000, "a small file must not allocate much");
        Assert.True(watch.Elapsed < TimeSpan.FromMilliseconds(60_000 + Cases), $"took {watch.Elapsed}");
    }

    [Fact]
    public void Mutated_files_on_disk_never_read_outside_their_bytes()
    {
        using var folder = new TemporaryFolder();
        using var random = new RandomStream(21);
        for (var i = 0; i < 500; i++)
        {
            var path = folder.Bytes("t", Mutate(SafetensorsBytes.File(SafetensorsBytes.Sound, 32), random));
            using var scope = NewDisposeScope();
            try
            {
                using var file = SafetensorsFile.Open(path);
                foreach (var key in file.Keys.Where(k => file.Info(k).Type.ScalarType is not null))
                {
                    using var tensor = file.Read(key);
                    Assert.Equal(file.Info(key).Count, tensor.numel());
                }
            }
            catch (CheckpointFormatException e)
            {
                Assert.Equal(path, e.File);
            }
        }
    }

    // Anything but a header that holds its promises or the one exception fails the test.
    private static bool Survives(byte[] bytes)
    {
        try
        {
            var json = SafetensorsHeader.JsonLength(bytes.AsSpan(0, Math.Min(8, bytes.Length)), bytes.Length, "f");
            var header = SafetensorsHeader.Parse(bytes.AsSpan(8, (int)json), bytes.Length, "f");
            var at = 8 + json;
            foreach (var entry in header.Keys.Select(k => header.Entries[k]))
            {
                Assert.Equal(at, entry.Begin);
                Assert.Equal(entry.Bytes, entry.Shape.Aggregate((long)entry.Type.Bytes, (product, size) => checked(product * size)));
                at = entry.End;
            }

            Assert.Equal(bytes.Length, at);
            return true;
        }
        catch (CheckpointFormatException)
        {
            return false;
        }
    }

    // Half of the time the announced header length follows, so that the JSON is still read.
    private static byte[] Mutate(byte[] bytes, RandomStream random)
    {
        var changed = Mutator.Change(bytes, bytes, random);
        if (changed.Length > 8 && random.NextInt(2) == 0)
        {
            var header = BinaryPrimitives.ReadInt64LittleEndian(bytes) + changed.Length - bytes.Length;
            BinaryPrimitives.WriteInt64LittleEndian(changed, header);
        }

        return changed;
    }
}
