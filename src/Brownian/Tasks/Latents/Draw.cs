using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>
/// Draws pictures with a latent diffusion pipeline (Stable Diffusion and its kin): from a text, from a picture and a text, into a masked picture, or from a small
/// picture. The same call of a sampler as everywhere, on latents.
/// </summary>
public static class Draw
{
    /// <summary>The pictures of a request batch by batch, each when it is asked for: [N, 3, H, W] in [−1, 1] on the CPU.</summary>
    /// <param name="bundle">The pipeline.</param>
    /// <param name="request">What to draw.</param>
    /// <param name="onStep">Called after every step of every batch; its data are latents.</param>
    /// <param name="cancellation">Checked before every step.</param>
    /// <exception cref="ArgumentException">The pipeline cannot draw what is asked for.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is left behind.</exception>
    public static IEnumerable<Generated> Batches(
        LatentBundle bundle, DrawRequest request, Action<GenerateStep>? onStep = null, CancellationToken cancellation = default)
    {
        Check(bundle, request);
        for (var first = 0; first < request.Count; first += request.BatchSize)
        {
            yield return Batch(bundle, request, first, onStep, cancellation);
        }
    }

    /// <summary>Errors that teach, before anything is drawn.</summary>
    /// <param name="bundle">The pipeline.</param>
    /// <param name="request">What to draw.</param>
    /// <exception cref="ArgumentException">The pipeline cannot draw what is asked for.</exception>
    public static void Check(LatentBundle bundle, DrawRequest request) => new LatentCheck(bundle, request).Run(LatentWalk.StrengthOf(request));

    private static Generated Batch(LatentBundle bundle, DrawRequest request, int first, Action<GenerateStep>? onStep, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var count = Math.Min(request.BatchSize, request.Count - first);
        using var noise = PerSampleNoise.ForRun(request.Seed, first, count);
        var run = new LatentRun(bundle, Part(request, first, count), count, noise);
        var pictures = run.Draw((step, steps, level, xt, x0) => onStep?.Invoke(new(first, step, steps, level, xt, x0)), cancellation);
        return new(first, pictures.to(CPU).DetachFromDisposeScope(), []);
    }

    /// <summary>What of a request belongs to some of its pictures; each has its own row of the image, so that each draws its own noise for it.</summary>
    private static DrawRequest Part(DrawRequest request, int first, int count)
    {
        return request with
        {
            Prompts = Texts(request.Prompts),
            Negative = Texts(request.Negative),
            Image = Rows(request.Image),
            Mask = Rows(request.Mask),
        };

        IReadOnlyList<string> Texts(IReadOnlyList<string> texts) => texts.Count <= 1 ? texts : [.. texts.Skip(first).Take(count)];

        Tensor? Rows(Tensor? images) => images is null ? null : images.size(0) == 1 ? images.expand(count, -1, -1, -1) : images.narrow(0, first, count);
    }
}
