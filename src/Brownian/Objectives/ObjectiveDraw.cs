using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>What was drawn for a batch. An objective that draws more derives from it.</summary>
/// <param name="Levels">The noise level of each sample, N of them.</param>
/// <param name="Noise">The noise of each sample, [N, …]: standard normal where the objective does not say otherwise.</param>
/// <param name="Weights">
/// What the loss of each sample counts, so that levels drawn more often than others do not count more; null when all are 1.
/// </param>
public record ObjectiveDraw(IReadOnlyList<NoiseLevel> Levels, Tensor Noise, IReadOnlyList<double>? Weights = null)
{
    /// <summary>The samples <paramref name="from"/> … <paramref name="from"/> + <paramref name="count"/> − 1; views.</summary>
    public virtual ObjectiveDraw Slice(int from, int count) => this with
    {
        Levels = [.. Levels.Skip(from).Take(count)],
        Noise = Noise.narrow(0, from, count),
        Weights = Weights is null ? null : [.. Weights.Skip(from).Take(count)],
    };
}
