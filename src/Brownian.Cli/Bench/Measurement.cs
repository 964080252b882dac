namespace Brownian.Cli.Bench;

/// <summary>One line of the benchmark.</summary>
/// <param name="Name">What ran.</param>
/// <param name="Precision">float32 or bfloat16.</param>
/// <param name="Milliseconds">The median time; null for a peak, which is the best of several workloads.</param>
/// <param name="GigaflopsPerSecond">The work over the time.</param>
/// <param name="OfPeak">That over the best that this machine did in this run in this precision.</param>
internal sealed record Measurement(string Name, string Precision, double? Milliseconds, double GigaflopsPerSecond, double? OfPeak = null);
