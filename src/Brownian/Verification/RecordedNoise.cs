using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>PyTorch's stream of a seed, each draw compared bit for bit with the one that the reference made.</summary>
/// <param name="run">The name of the run.</param>
/// <param name="seed">Its seed.</param>
/// <param name="io">The recorded draws.</param>
/// <param name="comparison">Where to.</param>
/// <param name="total">How many draws the reference made, of which some need not be recorded; null if all are.</param>
internal sealed class RecordedNoise(string run, ulong seed, SafetensorsFile io, Comparison comparison, int? total = null) : INoise, IDisposable
{
    private readonly SeededNoise noise = new(seed);
    private int draws;

    /// <inheritdoc/>
    public Tensor NormalLike(Tensor like)
    {
        var drawn = noise.NormalLike(like);
        var name = $"{run}.draw.{draws++}";
        if (!io.Contains(name))
        {
            if (!(draws <= total))
            {
                comparison.Fail(name, "the reference made no such draw");
            }

            return drawn;
        }

        using var recorded = io.Read(name);
        if (!recorded.shape.SequenceEqual(drawn.shape) || !Same(recorded, drawn))
        {
            comparison.Fail(name, "the noise differs from the reference's");
        }

        return drawn;
    }

    /// <summary>Fails if the reference drew more.</summary>
    /// <param name="spare">Draws that the reference makes and multiplies by 0, and we do not make.</param>
    public void CheckAllUsed(int spare)
    {
        if (io.Contains($"{run}.draw.{draws + spare}") || draws + spare < total)
        {
            comparison.Fail($"{run}.draw.{draws + spare}", "the reference drew more noise");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => noise.Dispose();

    private static bool Same(Tensor a, Tensor b)
    {
        using var same = a.equal(b).all();
        return same.item<bool>();
    }
}
