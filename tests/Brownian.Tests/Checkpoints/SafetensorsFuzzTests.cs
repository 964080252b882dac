using System.Diagnostics;
using System.Text;
using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class SafetensorsFuzzTests
{
    private static readonly string[] Fragments =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "null", "true", "-1", "0", "1e9", "9223372036854775807", "18446744073709551616",
        "4611686018427387904", "\"dtype\"", "\"F32\"", "\"shape\"", "\"data_offsets\"", "__metadata__", "\"a\"", "[0,0]", "[0,24]", " ", "\0", "\uFFFD",
    ];

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

    private static byte[] Mutate(byte[] bytes, RandomStream random)
    {
        var list = new List<byte>(bytes);
        for (var n = 1 + random.NextInt(3); n > 0 && list.Count > 0; n--)
        {
            var at = random.NextInt(list.Count);
            switch (random.NextInt(7))
            {
                case 0:
                    list[at] = (byte)random.NextInt(256);
                    break;
                case 1:
                    list[at] ^= (byte)(1 << random.NextInt(8));
                    break;
                case 2:
                    list.RemoveRange(at, Math.Min(list.Count - at, 1 + random.NextInt(8)));
                    break;
                case 3:
                    Insert(list, at, Encoding.UTF8.GetBytes(Fragments[random.NextInt(Fragments.Length)]));
                    break;
                case 4:
                    Insert(list, at, [.. list.Skip(random.NextInt(list.Count)).Take(random.NextInt(60))]);
                    break;
                case 5:
                    list.RemoveRange(at, list.Count - at);
                    break;
                default:
                    list[random.NextInt(Math.Min(8, list.Count))] = (byte)random.NextInt(256);
                    break;
            }
        }

        return [.. list];
    }

    // Half of the time the announced header length follows, so that the JSON is still read.
    private static void Insert(List<byte> list, int at, byte[] what)
    {
        list.InsertRange(at, what);
        if (at is >= 8 and < 150)
        {
            BitConverter.GetBytes(BitConverter.ToInt64([.. list.Take(8)]) + what.Length).CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list));
        }
    }
}
