using Brownian.Checkpoints;
using Brownian.Guidance;
using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>
/// unCLIP (Ramesh et al. 2022): a prior draws a picture's embedding from a text, a decoder a small picture from both, and two networks enlarge it.
/// Without a text, the embedding is that of a given picture, and the result a variation of it.
/// </summary>
public static class GenerateUnClip
{
    /// <summary>The pictures batch by batch, each when it is asked for: [N, C, H, W] in [−1, 1].</summary>
    /// <param name="model">The networks.</param>
    /// <param name="request">What to generate.</param>
    /// <param name="onStep">Called after every step.</param>
    /// <param name="cancellation">Checked before every step.</param>
    /// <exception cref="ArgumentException">The model has no prior for a text, or no image encoder for a picture.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is left behind.</exception>
    public static IEnumerable<Generated> Batches(
        UnClipModel model, UnClipRequest request, Action<UnClipMoment>? onStep = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.BatchSize, 1);
        Check(model, request);
        for (var first = 0; first < request.Count; first += request.BatchSize)
        {
            var count = Math.Min(request.BatchSize, request.Count - first);
            using var noise = PerSampleNoise.ForRun(request.Seed, first, count);
            yield return new(first, Batch(model, request, first, count, noise, onStep, cancellation).DetachFromDisposeScope(), []);
        }
    }

    /// <summary>One batch from this noise, [N, C, H, W] in float32 on the CPU.</summary>
    internal static Tensor Batch(
        UnClipModel model, UnClipRequest request, int first, int count, INoise noise, Action<UnClipMoment>? onStep, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var run = new UnClipRun(model, request, first, count, noise, onStep, cancellation);
        var picture = run.Enlarged(run.Decoded(request.Picture is null ? run.Drawn() : run.Seen(request.Picture)));
        NativeTuning.TrimHeap();
        return picture.clamp(-1, 1).to(CPU).MoveToOuterDisposeScope();
    }

    private static void Check(UnClipModel model, UnClipRequest request)
    {
        if (request.Picture is null && model.Prior is null)
        {
            throw new ArgumentException("unCLIP: the model has no prior and cannot start from a text. Give a picture to vary.", nameof(request));
        }

        if (request.Picture is not null && model.Vision is null)
        {
            throw new ArgumentException("unCLIP: the model has no image encoder and cannot start from a picture. Give a text.", nameof(request));
        }
    }
}
