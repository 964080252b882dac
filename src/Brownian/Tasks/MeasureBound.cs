using Brownian.Guidance;
using Brownian.Likelihood;
using Brownian.Paths;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>Measures images by the variational bound of a discrete chain: they are at least as likely as it says.</summary>
public static class MeasureBound
{
    private const ulong Purpose = 0x626f_756e;

    /// <summary>Each image's bound, batch by batch, when it is asked for; one network call for each step of the path.</summary>
    /// <param name="model">The model, on a discrete path.</param>
    /// <param name="images">Images in [−1, 1] whose values are those of bytes, [N, C, H, W]; borrowed.</param>
    /// <param name="request">Repeats, seed, batch size and condition; the rest belongs to the flow.</param>
    /// <param name="onStep">Called after each step with the number of the batch's first image and the network calls so far.</param>
    /// <param name="cancellation">Checked before each step.</param>
    /// <exception cref="ArgumentException">The path has no steps.</exception>
    public static IEnumerable<ImageLikelihood> Run(
        DiffusionModel model, Tensor images, LikelihoodRequest request, Action<int, int>? onStep = null, CancellationToken cancellation = default)
    {
        var path = model.Path as DiscretePath ?? throw new ArgumentException(
            $"bound: expected a discrete path, whose steps make up the bound; got {model.Path.GetType().Name}. Measure the likelihood along the flow, which is exact.");
        var schedule = new NoiseSchedule(path, [.. Enumerable.Range(0, path.Count).Select(i => path.At(path.Count - 1 - i)), path.Clean]);
        return ImageBatches.Each(
            images.size(0), request.BatchSize, (first, count) => Batch(model, schedule, images, request, first, count, onStep, cancellation));
    }

    private static List<ImageLikelihood> Batch(
        DiffusionModel model, NoiseSchedule schedule, Tensor images, LikelihoodRequest request, int first, int count, Action<int, int>? onStep,
        CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var mode = new EvaluationMode(model.Network);
        var device = model.Network.parameters().FirstOrDefault()?.device ?? CPU;
        var denoiser = new Thresholded(model.Bind(request.Condition?.Slice(first, count).To(device)), new Thresholding { Range = 1 });
        var bound = new VariationalBound(denoiser, schedule);
        var batch = images.narrow(0, first, count).to(device);
        var bits = Enumerable.Range(0, count).Select(_ => new double[request.Repeats]).ToArray();
        for (var repeat = 0; repeat < request.Repeats; repeat++)
        {
            var done = repeat * bound.Steps;
            using var noise = PerSampleNoise.ForRun(RandomStream.StateOf(request.Seed, [Purpose, (ulong)repeat]), first, count);
            var terms = bound.Evaluate(batch, noise, (step, steps) => onStep?.Invoke(first, done + step), cancellation);
            for (var i = 0; i < count; i++)
            {
                bits[i][repeat] = terms[i].Total;
            }
        }

        var nats = -(images.numel() / images.size(0)) * Math.Log(2);
        return [.. bits.Select((b, i) => new ImageLikelihood(
            first + i, Estimate.Of(b).Times(nats), Estimate.Of(b), [.. b.Select(x => x * nats)], bound.Steps * request.Repeats))];
    }
}
