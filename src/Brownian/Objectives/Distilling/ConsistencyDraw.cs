using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>A draw of pairs of levels.</summary>
/// <param name="Levels">The noisier level of each sample.</param>
/// <param name="Noise">Standard normal noise, [N, …].</param>
/// <param name="Next">The cleaner level of each sample.</param>
/// <param name="DropoutKey">Names the features that both sides drop.</param>
internal sealed record ConsistencyDraw(IReadOnlyList<NoiseLevel> Levels, Tensor Noise, IReadOnlyList<NoiseLevel> Next, ulong DropoutKey)
    : ObjectiveDraw(Levels, Noise)
{
    public override ObjectiveDraw Slice(int from, int count) =>
        ((ConsistencyDraw)base.Slice(from, count)) with { Next = [.. Next.Skip(from).Take(count)] };
}
