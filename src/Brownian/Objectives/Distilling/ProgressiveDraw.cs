using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>A draw of the student's steps.</summary>
/// <param name="Levels">Where each step begins.</param>
/// <param name="Noise">Standard normal noise, [N, …].</param>
/// <param name="Middle">Where the teacher's first step ends.</param>
/// <param name="End">Where the step ends.</param>
internal sealed record ProgressiveDraw(
    IReadOnlyList<NoiseLevel> Levels, Tensor Noise, IReadOnlyList<NoiseLevel> Middle, IReadOnlyList<NoiseLevel> End)
    : ObjectiveDraw(Levels, Noise)
{
    public override ObjectiveDraw Slice(int from, int count) => ((ProgressiveDraw)base.Slice(from, count)) with
    {
        Middle = [.. Middle.Skip(from).Take(count)],
        End = [.. End.Skip(from).Take(count)],
    };
}
