using Brownian.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose()
    {
        scope.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_checkpoint_reads_back_what_was_written()
    {
        using var run = RunFolder.Create(folder["run"]);
        run.WriteConfig("steps: 3\n");
        Save(run, 1200);
        var read = run.LatestCheckpoint()!;
        Assert.Equal(1200, read.Step);
        Assert.Equal("step-0001200", Path.GetFileName(read.Path));
        Assert.Equal(["weights.safetensors", "ema.safetensors", "state.json", "config.yaml"], read.Files);
        using var file = read.OpenTensors(CheckpointPart.Weights);
        Assert.Equal(1200, file.Read("w").sum().item<float>());
        Assert.Equal("1200", file.Metadata["brownian.step"]);
        Assert.Equal("""{"position":1200}""", read.ReadJson(CheckpointPart.State));
        Assert.Equal(CheckpointManifest.Hash(file.Path), read.Sha256("weights.safetensors"));
        Assert.Equal("steps: 3\n", File.ReadAllText(run.ConfigPath));
    }

    [Fact]
    public void The_last_K_checkpoints_are_kept()
    {
        using var run = RunFolder.Create(folder["run"]);
        for (var step = 1; step <= 5; step++)
        {
            Save(run, step);
        }

        Assert.Equal([5, 4], run.Checkpoints().Select(c => c.Step));
        Assert.Equal(2, Directory.GetFileSystemEntries(run.CheckpointsPath).Length);
    }

    [Theory]
    [InlineData("ema.safetensors", "missing")]
    [InlineData("state.json", "bytes instead of")]
    [InlineData("weights.safetensors", "another SHA-256")]
    [InlineData("manifest.json", "no manifest.json")]
    public void A_checkpoint_that_is_not_whole_is_skipped_and_named(string file, string reason)
    {
        using var run = RunFolder.Create(folder["run"]);
        Save(run, 1);
        var path = Path.Combine(Save(run, 2), file);
        if (reason.StartsWith("another", StringComparison.Ordinal))
        {
            var bytes = File.ReadAllBytes(path);
            bytes[^1] ^= 1;
            File.WriteAllBytes(path, bytes);
        }
        else if (reason.StartsWith("bytes", StringComparison.Ordinal))
        {
            File.AppendAllText(path, " ");
        }
        else
        {
            File.Delete(path);
        }

        Assert.Equal(1, run.LatestCheckpoint(out var skipped)!.Step);
        Assert.Contains(reason, Assert.Single(skipped), StringComparison.Ordinal);
        Assert.Contains("step-0000002", skipped[0], StringComparison.Ordinal);
        var error = Assert.Throws<CheckpointFormatException>(() => CheckpointReader.Open(Path.GetDirectoryName(path)!));
        Assert.Contains("not whole", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void A_stop_at_any_operation_leaves_a_whole_checkpoint(int nextStep)
    {
        var finished = false;
        for (var stop = 0; !finished; stop++)
        {
            var path = folder[$"run{stop}"];
            using (var first = RunFolder.Create(path))
            {
                Save(first, 1);
            }

            var disk = FaultyDisk.DiesAt(stop);
            finished = Record.Exception(() =>
            {
                using var run = RunFolder.Open(path, disk);
                Save(WithKeep(run, 1), nextStep);
            }) is null && !disk.Dead;

            using var again = RunFolder.Open(path);
            var latest = again.LatestCheckpoint(out var skipped);
            Assert.True(latest is not null, $"nothing is left after a stop at operation {stop}");
            Assert.Empty(skipped);
            Assert.Contains(latest.Step, (long[])[1, nextStep]);
            using var file = latest.OpenTensors(CheckpointPart.Weights);
            Assert.Equal(latest.Step, file.Read("w").sum().item<float>());
            Assert.Empty(Directory.EnumerateFileSystemEntries(path, "*.partial", SearchOption.AllDirectories));
            Assert.True(stop < 200);
        }
    }

    [Fact]
    public void A_full_disk_leaves_the_checkpoint_before_and_no_trace()
    {
        long size;
        using (var measured = RunFolder.Create(folder["measured"]))
        {
            size = Directory.EnumerateFiles(Save(measured, 1)).Sum(f => new FileInfo(f).Length);
        }

        for (var bytes = 0L; bytes < size; bytes += size / 9)
        {
            using var run = RunFolder.Create(folder[$"run{bytes}"], FaultyDisk.FullAfter(size + bytes));
            Save(run, 1);
            Assert.Throws<IOException>(() => Save(run, 2));
            Assert.Equal(1, run.LatestCheckpoint(out var skipped)!.Step);
            Assert.Empty(skipped);
            Assert.Single(Directory.GetFileSystemEntries(run.CheckpointsPath));
        }
    }

    [Fact]
    public void Two_trainers_cannot_write_one_run()
    {
        using var run = RunFolder.Create(folder["run"]);
        run.WriteConfig("x");
        var error = Assert.Throws<IOException>(() => RunFolder.Open(folder["run"]));
        Assert.Contains($"is being written by process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        using (var reader = RunFolder.OpenRead(folder["run"]))
        {
            Assert.Throws<InvalidOperationException>(() => Save(reader, 1));
        }

        run.Dispose();
        RunFolder.Open(folder["run"]).Dispose();
    }

    [Fact]
    public void A_run_is_not_started_over_another()
    {
        using (var run = RunFolder.Create(folder["run"]))
        {
            Save(run, 1);
        }

        var error = Assert.Throws<RunExistsException>(() => RunFolder.Create(folder["run"]));
        Assert.Contains("holds a run already", error.Message, StringComparison.Ordinal);
        Assert.Contains("is not a training run", Assert.Throws<CheckpointFormatException>(() => RunFolder.Open(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../x.json")]
    [InlineData("state.json")]
    [InlineData("manifest.json")]
    public void A_part_needs_a_plain_new_name(string name)
    {
        using var run = RunFolder.Create(folder["run"]);
        var error = Assert.Throws<ArgumentException>(() => run.SaveCheckpoint(1, writer =>
        {
            writer.Json("state", "{}");
            writer.Text(name, "");
        }));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(run.CheckpointsPath));
    }

    internal static string Save(RunFolder run, long step) => run.SaveCheckpoint(step, writer =>
    {
        using var inner = NewDisposeScope();
        writer.Tensors(CheckpointPart.Weights, [("w", torch.full(100, (double)step / 100)), ("b", torch.zeros(3, dtype: ScalarType.Int64))]);
        writer.Tensors(CheckpointPart.Ema, [("w", torch.ones(100))]);
        writer.Json(CheckpointPart.State, $$"""{"position":{{step}}}""");
        writer.Text(CheckpointPart.Config, "steps: 3\n");
    });

    private static RunFolder WithKeep(RunFolder run, int keep)
    {
        run.Keep = keep;
        return run;
    }
}
