using Brownian.Guidance;
using Brownian.Paths;
using Brownian.Runtime;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>Samples from a model. The same seed gives the same sample in a batch of any size.</summary>
public static class Generate
{
    private const int StepsBetweenTrims = 32;

    /// <summary>All samples of a request in one tensor.</summary>
    /// <param name="model">The model; its network is put into evaluation mode for the time of each batch.</param>
    /// <param name="request">What to generate.</param>
    /// <param name="onStep">Called after every step of every batch.</param>
    /// <param name="cancellation">Checked before every step.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; nothing is left behind.</exception>
    public static Generated Run(
        DiffusionModel model, GenerateRequest request, Action<GenerateStep>? onStep = null, CancellationToken cancellation = default)
    {
        var batches = new List<Generated>();
        try
        {
            batches.AddRange(Batches(model, request, onStep, cancellation));
            using var scope = NewDisposeScope();
            var frames = batches[0].Trajectory.Select((frame, i) => new GenerateFrame(
                frame.Level, Whole(batches.Select(b => b.Trajectory[i].Xt)), Whole(batches.Select(b => b.Trajectory[i].X0))));
            return new(0, Whole(batches.Select(b => b.Samples)), [.. frames]);
        }
        finally
        {
            batches.ForEach(batch => batch.Dispose());
        }

        static Tensor Whole(IEnumerable<Tensor> parts) => cat(parts.ToArray(), 0).DetachFromDisposeScope();
    }

    /// <summary>The samples of a request batch by batch, each when it is asked for.</summary>
    /// <inheritdoc cref="Run"/>
    public static IEnumerable<Generated> Batches(
        DiffusionModel model, GenerateRequest request, Action<GenerateStep>? onStep = null, CancellationToken cancellation = default)
    {
        Check(model, request);
        var size = request.Sampler.CouplesSamples ? 1 : request.BatchSize;
        for (var first = 0; first < request.Count; first += size)
        {
            yield return Batch(model, request with { BatchSize = size }, first, onStep, cancellation);
        }
    }

    private static Generated Batch(
        DiffusionModel model, GenerateRequest request, int first, Action<GenerateStep>? onStep, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        using var mode = new EvaluationMode(model.Network);
        var count = Math.Min(request.BatchSize, request.Count - first);
        var device = model.Network.parameters().FirstOrDefault()?.device ?? CPU;
        var schedule = request.Spacing.Levels(model.Path, request.Steps);
        using var guidance = Guided(model, request, first, count, device);
        using var denoiser = new Previewed(request.Thresholding is { } rule ? new Thresholded(guidance.Denoiser, rule) : guidance.Denoiser);
        using var noise = PerSampleNoise.ForRun(request.Seed, first, count);
        var start = noise.NormalLike(empty([count, .. request.Shape], device: device)).mul_(model.Path.StartScale(schedule[0]));

        var frames = new List<GenerateFrame>();
        try
        {
            var end = request.Sampler.Run(denoiser, start, schedule, noise, Observe, cancellation);
            return new(first, OnCpu(end), frames);
        }
        catch
        {
            frames.ForEach(frame => frame.Dispose());
            throw;
        }

        void Observe(int step, int steps, Tensor x)
        {
            if (request.Trajectory)
            {
                frames.Add(new(schedule[step], OnCpu(x), OnCpu(denoiser.X0)));
            }

            if (step % StepsBetweenTrims == 0 || step == steps)
            {
                NativeTuning.TrimHeap();
            }

            onStep?.Invoke(new(first, step, steps, schedule[step], x, denoiser.X0));
        }
    }

    private static GuidedDenoiser Guided(DiffusionModel model, GenerateRequest request, int first, int count, Device device)
    {
        var condition = request.Condition?.Slice(first, count).To(device);
        if (request.Guidance == 1)
        {
            return new(model.Bind(condition), null);
        }

        var unconditional = request.Unconditional!.Slice(first, count).To(device);
        var guided = new ClassifierFree(model, condition!, unconditional, request.Guidance);
        return new(guided, guided);
    }

    private static Tensor OnCpu(Tensor x)
    {
        using var copy = x.to(CPU);
        return copy.clone().DetachFromDisposeScope();
    }

    private static void Check(DiffusionModel model, GenerateRequest request)
    {
        if (request.Sampler.IsForBits != model.Path is BernoulliPath)
        {
            throw new ArgumentException(
                $"generate: a model on {model.Path.GetType().Name} cannot be sampled by {request.Sampler.GetType().Name}. "
                + (request.Sampler.IsForBits ? "That is for bits only; choose another sampler." : "Its data are bits; use the sampler binomial."), nameof(request));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(request.Count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(request.BatchSize, 1);
        if (request.Guidance != 1 && (request.Condition is null || request.Unconditional is null))
        {
            throw new ArgumentException(
                $"generate: guidance {request.Guidance} needs a condition and the network's \"any\"; got "
                + $"{(request.Condition is null ? "no condition" : "no unconditional")}. Give both, or leave guidance at 1.", nameof(request));
        }
    }

    private readonly record struct GuidedDenoiser(IDenoiser Denoiser, IDisposable? Owned) : IDisposable
    {
        public void Dispose() => Owned?.Dispose();
    }
}
