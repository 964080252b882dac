using Brownian.Objectives;
using Brownian.Paths;
using Brownian.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>
/// Trains as it is enumerated: each <see cref="TrainingStep"/> is one update of the weights. Everything random in step k — the data,
/// noise, levels, dropped labels, dropout — is a function of the seed and k alone, so a run that was saved after step k and goes on is
/// the run that was never interrupted, bit for bit (on the same machine with the same number of threads).
/// </summary>
/// <example><code>
/// using var trainer = new Trainer(model, objective, batches, new() { Budget = new() { Steps = 1000 } });
/// foreach (var step in trainer.Run()) Console.WriteLine($"{step.Number} {step.Loss:f4}");
/// </code></example>
/// <remarks>Not thread-safe. The network's parameters are moved into one buffer: put it on its device before.</remarks>
public sealed class Trainer : IDisposable
{
    private const int StepsBetweenTrims = 25;

    private readonly ObjectiveRun objective;
    private readonly IBatchSource batches;
    private readonly TimeProvider clock;
    private readonly FlatParameters parameters;
    private readonly AdamW optimizer;
    private readonly Ema ema;
    private readonly TrainedModule? learned;
    private readonly Device device;

    /// <summary>Prepares a run at step 0.</summary>
    /// <param name="model">The model; its network's parameters will be changed.</param>
    /// <param name="objective">What is minimised.</param>
    /// <param name="batches">The data; borrowed.</param>
    /// <param name="options">How to train.</param>
    /// <param name="clock">For budgets in minutes; the system's if null.</param>
    /// <exception cref="ArgumentException">An option is out of range, the network has nothing to train, or the objective cannot train it.</exception>
    public Trainer(
        DiffusionModel model, Objective objective, IBatchSource batches, TrainerOptions options, TimeProvider? clock = null)
    {
        options.Validate();
        (Model, Options) = (model, options);
        (this.batches, this.clock) = (batches, clock ?? TimeProvider.System);
        parameters = new FlatParameters(model.Network);
        device = parameters.Buffer.device;
        optimizer = new AdamW(parameters, options.Optimizer);
        ema = new Ema(parameters);
        model.Network.ComputeType = options.ComputeType;
        this.objective = objective.Start(model, options.Teacher);
        this.objective.Learned?.to(device);
        learned = this.objective.Learned is { } module ? new TrainedModule(module, options.Optimizer) : null;
    }

    /// <summary>The model being trained, with the trained ("raw") weights.</summary>
    public DiffusionModel Model { get; }

    /// <summary>How it is trained.</summary>
    public TrainerOptions Options { get; }

    /// <summary>How far the run is.</summary>
    public TrainingProgress Progress { get; private set; } = new(0, 0, 0);

    /// <summary>The number of values that are trained.</summary>
    public long ParameterCount => parameters.Count;

    /// <summary>Whether the budget is used up.</summary>
    public bool IsFinished => Options.Budget.Progress(Progress.Steps, Progress.Images, Progress.Seconds) >= 1;

    /// <summary>Trains until the budget is used up or <paramref name="cancellation"/> is requested; both end the enumeration quietly.</summary>
    /// <exception cref="NonFiniteException">A loss or gradient is NaN or infinite. The weights are those of the step before.</exception>
    public IEnumerable<TrainingStep> Run(CancellationToken cancellation = default)
    {
        var (start, before) = (clock.GetTimestamp(), Progress.Seconds);
        while (!IsFinished && !cancellation.IsCancellationRequested)
        {
            yield return Step(() => before + clock.GetElapsedTime(start).TotalSeconds);
        }
    }

    /// <summary>Puts the averaged weights in the network until the result is disposed; then the trained ones are back, bit for bit.</summary>
    public IDisposable WithAveragedWeights() => ema.Applied();

    /// <summary>The model's path or, where the objective learns it, what it has become on average: the one to sample on.</summary>
    public GaussianPath AveragedPath
    {
        get
        {
            using var averaged = learned?.WithAverage();
            return objective.LearnedPath ?? Model.Path;
        }
    }

    /// <summary>Every tensor that the run needs to go on; borrowed, and valid until the next step.</summary>
    public TrainingState State => new(parameters, optimizer, ema, [.. objective.State, .. learned?.State ?? []], Progress);

    /// <summary>Goes back to a saved state.</summary>
    /// <param name="progress">How far the run was.</param>
    /// <param name="read">Reads a tensor by part and name, see <see cref="TrainingState.Parts"/>; its result is disposed here.</param>
    public void Restore(TrainingProgress progress, Func<string, string, Tensor> read)
    {
        State.Read(read);
        Progress = progress;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        learned?.Dispose();
        objective.Dispose();
        optimizer.Dispose();
        ema.Dispose();
        parameters.Dispose();
    }

    private TrainingStep Step(Func<double> seconds)
    {
        using var scope = NewDisposeScope();
        var started = clock.GetTimestamp();
        var number = Progress.Steps + 1;
        var rate = Options.Optimizer.RateAt(number, Options.Budget.Progress(Progress.Steps, Progress.Images, Progress.Seconds));
        var batch = batches.At(Progress.Steps);
        var count = checked((int)batch.X0.size(0));

        Model.Network.train();
        optimizer.ClearGradients();
        learned?.ClearGradients();
        var (loss, losses) = Backward(batch, number);
        var norm = optimizer.GradientNorm();
        RequireFinite(norm, number);
        var learnedNorm = learned?.GradientNorm(number) ?? 0;
        var decay = Options.Ema.DecayAt(number, Progress.Images, count);
        optimizer.Step(number, rate, norm, ema, decay);
        learned?.Step(number, rate * objective.LearnedRate, learnedNorm, decay);
        optimizer.ClearGradients();
        if (number % StepsBetweenTrims == 0)
        {
            NativeTuning.TrimHeap();
        }

        Progress = new(number, Progress.Images + count, seconds());
        objective.Stepped(Moment);
        return new(
            number, Progress.Images, loss, rate, norm, decay,
            count / Math.Max(1e-9, clock.GetElapsedTime(started).TotalSeconds), Progress.Seconds,
            Moment.Progress, losses);
    }

    private ObjectiveMoment Moment =>
        new(Progress.Steps, Math.Min(1, Options.Budget.Progress(Progress.Steps, Progress.Images, Progress.Seconds)));

    // Random numbers are drawn for the whole batch and then cut, so that the pieces see what the whole would have seen.
    private (double Mean, (NoiseLevel Level, float Loss)[] Each) Backward(TrainingBatch batch, long number)
    {
        using var random = new RandomStream(Options.Seed, (ulong)RandomPurpose.Objective, (ulong)number);
        using var dropout = new RandomStream(Options.Seed, (ulong)RandomPurpose.Dropout, (ulong)number);
        var x0 = batch.X0.to(device);
        var condition = DropLabels(batch.Condition?.To(device), number);
        var count = (int)x0.size(0);
        var draw = objective.Draw(x0, random, Moment);
        Model.Network.DropoutNoise = dropout;
        var losses = new float[count];
        for (var piece = 0; piece < Options.Accumulate; piece++)
        {
            var (from, to) = (count * piece / Options.Accumulate, count * (piece + 1) / Options.Accumulate);
            if (from < to)
            {
                using var scope = NewDisposeScope();
                Backward(x0.narrow(0, from, to - from), condition?.Slice(from, to - from), draw.Slice(from, to - from), losses, from, number);
            }
        }

        Model.Network.DropoutNoise = null;
        objective.Observe(draw, losses);
        var mean = losses.Select((loss, i) => draw.Weights is { } weights ? weights[i] * loss : loss).Average();
        return (mean, [.. draw.Levels.Zip(losses)]);
    }

    /// <summary>Adds the gradient of a piece of the batch, and writes its losses from index <paramref name="at"/>.</summary>
    private void Backward(Tensor x0, Condition? condition, ObjectiveDraw draw, float[] losses, int at, long number)
    {
        var own = objective.Evaluate(x0, condition, draw);
        var values = own.detach().cpu().data<float>().ToArray();
        RequireFinite(values, draw.Levels, number);
        var weighted = draw.Weights is { } weights ? own * tensor(weights.ToArray(), dtype: own.dtype, device: own.device) : own;
        (weighted.sum() / losses.Length).backward();
        values.CopyTo(losses, at);
    }

    private Condition? DropLabels(Condition? condition, long number)
    {
        if (condition?.Labels is not { } labels || Options.LabelDrop == 0)
        {
            return condition;
        }

        using var random = new RandomStream(Options.Seed, (ulong)RandomPurpose.LabelDrop, (ulong)number);
        var dropped = random.Uniform(labels.size(0)).lt(Options.LabelDrop).to(device);
        return condition with { Labels = labels.masked_fill(dropped, Options.AnyLabel!.Value) };
    }

    private static void RequireFinite(float[] losses, IReadOnlyList<NoiseLevel> levels, long number)
    {
        var bad = Array.FindIndex(losses, loss => !float.IsFinite(loss));
        if (bad >= 0)
        {
            throw new NonFiniteException("loss", losses[bad], number, levels[bad]);
        }
    }

    private void RequireFinite(double norm, long number)
    {
        if (!double.IsFinite(norm))
        {
            throw new NonFiniteException(optimizer.NonFiniteGradient() is { } name ? $"gradient of {name}" : "gradient norm", norm, number);
        }
    }
}
