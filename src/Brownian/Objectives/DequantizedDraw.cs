using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>A draw with what is added to data of discrete brightness to make them continuous.</summary>
/// <param name="Levels">The noise level of each sample, N of them.</param>
/// <param name="Noise">Standard normal noise, [N, …].</param>
/// <param name="Offset">Uniform noise of one level's width around 0, [N, …].</param>
internal sealed record DequantizedDraw(IReadOnlyList<NoiseLevel> Levels, Tensor Noise, Tensor Offset) : ObjectiveDraw(Levels, Noise)
{
    /// <inheritdoc/>
    public override ObjectiveDraw Slice(int from, int count) =>
        new DequantizedDraw([.. Levels.Skip(from).Take(count)], Noise.narrow(0, from, count), Offset.narrow(0, from, count));
}
