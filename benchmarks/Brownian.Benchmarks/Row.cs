namespace Brownian.Benchmarks;

/// <summary>One line of the results.</summary>
/// <param name="Section">What group of measurements it belongs to.</param>
/// <param name="Name">What ran.</param>
/// <param name="Milliseconds">The median.</param>
/// <param name="Best">The shortest, ms.</param>
/// <param name="Gigaflops">GFLOP/s by the median, where the work has a known number of operations.</param>
/// <param name="OfConvolutionPeak">Share of what 3×3 convolutions reach in this type in the same run, by the medians.</param>
/// <param name="Speedup">Over the plain TorchSharp formulation, interleaved.</param>
/// <param name="Note">Anything else.</param>
internal sealed record Row(
    string Section, string Name, double? Milliseconds = null, double? Best = null, double? Gigaflops = null,
    double? OfConvolutionPeak = null, double? Speedup = null, string? Note = null);
