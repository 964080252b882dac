using Brownian.Testing.Fuzzing;

namespace Brownian.Tests.Checkpoints;

/// <summary>A short run; tests/Brownian.Fuzz runs a million cases.</summary>
public sealed class TensorFuzzTests
{
    [Fact]
    public void Mutated_files_are_read_whole_or_refused_within_bounds()
    {
        var report = new TensorFileFuzzer().Run(seed: 7, first: 0, count: 4000);

        // Some mutations only change numbers or names: the fuzzer reaches beyond the first check.
        Assert.InRange((double)report.Sound / report.Cases, 0.1, 0.9);
        Assert.True(report.Slowest < TimeSpan.FromSeconds(10), $"{report.Slowest}");
    }
}
