using Brownian.Likelihood;
using Brownian.Ode;
using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>Measures how likely images are under a model.</summary>
public static class MeasureLikelihood
{
    private const ulong Purpose = 0x6c69_6b65;

    /// <summary>Each image's likelihood, batch by batch, when it is asked for.</summary>
    /// <param name="model">The model; its network is put into evaluation mode for the time of each batch.</param>
    /// <param name="images">Images in [−1, 1] whose values are those of bytes, [N, C, H, W]; borrowed.</param>
    /// <param name="request">How.</param>
    /// <param name="onStep">Called after each attempt of the solver, with the number of the batch's first image.</param>
    /// <param name="cancellation">Checked after each step.</param>
    public static IEnumerable<ImageLikelihood> Run(
        DiffusionModel model, Tensor images, LikelihoodRequest request, Action<int, OdeStep>? onStep = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Probes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Repeats, 1);
        return ImageBatches.Each(images.size(0), request.BatchSize, (first, count) => Batch(model, images, request, first, count, onStep, cancellation));
    }

    private static List<ImageLikelihood> Batch(
        DiffusionModel model, Tensor images, LikelihoodRequest request, int first, int count, Action<int, OdeStep>? onStep, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var mode = new EvaluationMode(model.Network);
        var device = model.Network.parameters().FirstOrDefault()?.device ?? CPU;
        var batch = images.narrow(0, first, count);
        var denoiser = model.Bind(request.Condition?.Slice(first, count).To(device));
        var draws = Enumerable.Range(0, count).Select(_ => new List<double[]>()).ToArray();
        var evaluations = 0;
        for (var repeat = 0; repeat < request.Repeats; repeat++)
        {
            using var inner = NewDisposeScope();
            var (uniform, probes) = Noise(batch, request, first, repeat);
            IDivergence divergence = request.Exact ? new ExactDivergence() : new HutchinsonDivergence(probes);
            var data = request.Dequantization.Apply(batch, uniform).to(device);
            var result = request.Method.Evaluate(denoiser, model.Path, data, divergence, step => onStep?.Invoke(first, step), cancellation);
            evaluations += result.Evaluations;
            for (var i = 0; i < count; i++)
            {
                draws[i].Add(result.Nats[i].data<double>().ToArray());
            }

            NativeTuning.TrimHeap();
        }

        var dimensions = images.numel() / images.size(0);
        return [.. draws.Select((d, i) => Likelihood(request, first + i, d, dimensions, evaluations))];
    }

    private static ImageLikelihood Likelihood(LikelihoodRequest request, int index, List<double[]> draws, long dimensions, int evaluations)
    {
        var independent = draws.Count > 1 ? draws.Select(d => d.Average()) : draws[0];
        double[] nats = [.. independent.Select(density => request.Dequantization.LogProbability(density, dimensions))];
        var estimate = Estimate.Of(nats);
        return new(index, estimate, estimate.Times(-1 / (dimensions * Math.Log(2))), nats, evaluations);
    }

    private static (Tensor Uniform, Tensor[] Probes) Noise(Tensor batch, LikelihoodRequest request, int first, int repeat)
    {
        var (uniform, probes) = (new List<Tensor>(), Enumerable.Range(0, request.Probes).Select(_ => new List<Tensor>()).ToArray());
        for (var i = 0; i < batch.size(0); i++)
        {
            var image = batch.narrow(0, i, 1);
            using var random = new RandomStream(request.Seed, Purpose, request.CommonNoise ? 0 : (ulong)(first + i), (ulong)repeat);
            uniform.Add(random.Uniform(image.shape));
            foreach (var probe in probes)
            {
                probe.Add(HutchinsonDivergence.Draw(image, request.Distribution, random));
            }
        }

        return (cat([.. uniform], 0), Array.ConvertAll(probes, probe => cat([.. probe], 0)));
    }
}
