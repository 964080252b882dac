using System.Diagnostics;
using System.Runtime.CompilerServices;
using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class KilledTrainerTests
{
    private const string Order = "BROWNIAN_TEST_SAVE_UNTIL_KILLED";

    /// <summary>In a child process that the test below starts: saves checkpoints for ever instead of running tests.</summary>
    [ModuleInitializer]
    internal static void SaveUntilKilled()
    {
        if (Environment.GetEnvironmentVariable(Order) is not { Length: > 0 } path)
        {
            return;
        }

        using var run = Directory.Exists(path) ? RunFolder.Open(path) : RunFolder.Create(path);
        var step = run.LatestCheckpoint()?.Step ?? 0;
        while (true)
        {
            using var scope = NewDisposeScope();
            step++;
            run.SaveCheckpoint(step, writer =>
            {
                writer.Tensors(CheckpointPart.Weights, [("w", full(200_000, (double)step))]);
                writer.Tensors(CheckpointPart.Ema, [("w", full(200_000, (double)step))]);
                writer.Json(CheckpointPart.State, $$"""{"step":{{step}}}""");
            });
            Console.WriteLine("saving");
        }
    }

    [Fact]
    public void A_trainer_killed_at_any_moment_leaves_a_whole_checkpoint_and_a_free_run()
    {
        using var folder = new TemporaryFolder();
        using var random = new RandomStream(9);
        var last = 0L;
        for (var i = 0; i < 4; i++)
        {
            SaveAndKill(folder["run"], 50 + random.NextInt(250));
            using var run = RunFolder.Open(folder["run"]);
            var latest = run.LatestCheckpoint(out var skipped);
            Assert.Empty(skipped);
            Assert.NotNull(latest);
            Assert.True(latest.Step >= last, $"step {latest.Step} after {last}");
            last = latest.Step;
            using var scope = NewDisposeScope();
            using var file = latest.OpenTensors(CheckpointPart.Ema);
            Assert.Equal(latest.Step, file.Read("w")[199_999].item<float>());
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder["run"], "*.partial", SearchOption.AllDirectories));
        }

        Assert.True(last > 4, "the child must have saved in each of its lives");
    }

    private static void SaveAndKill(string path, int milliseconds)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
        {
            start.ArgumentList.Add(typeof(KilledTrainerTests).Assembly.Location);
        }

        start.Environment[Order] = path;
        using var child = Process.Start(start)!;
        Assert.Equal("saving", child.StandardOutput.ReadLine());
        Thread.Sleep(milliseconds);
        child.Kill();
        child.WaitForExit();
    }
}
