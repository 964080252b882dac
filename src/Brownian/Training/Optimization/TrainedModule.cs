using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>A module that an objective trains beside the network (a schedule): with an optimizer and an average of its own.</summary>
internal sealed class TrainedModule : IDisposable
{
    private readonly FlatParameters parameters;
    private readonly AdamW optimizer;
    private readonly Ema ema;
    private readonly Tensor[] views;

    public TrainedModule(nn.Module module, OptimizerConfig config)
    {
        parameters = new FlatParameters(module);
        optimizer = new AdamW(parameters, config);
        ema = new Ema(parameters);
        var moments = Named("ema.", ema.Average).Concat(Named("exp_avg.", optimizer.FirstMoment)).Concat(Named("exp_avg_sq.", optimizer.SecondMoment)).ToArray();
        views = [.. moments.Select(entry => entry.Tensor)];

        // The module's own tensors are written when a run is resumed, not views of them: see TrainingState.
        State = [.. parameters.Names.Zip(parameters.Parameters).Select(p => ("weights." + p.First, p.Second)), .. moments];
    }

    /// <summary>Everything it needs to go on, see <see cref="Objectives.ObjectiveRun.State"/>.</summary>
    public IReadOnlyList<(string Name, Tensor Tensor)> State { get; }

    public void ClearGradients() => optimizer.ClearGradients();

    /// <summary>The norm of its gradient.</summary>
    /// <exception cref="NonFiniteException">It is NaN or infinite.</exception>
    public double GradientNorm(long number)
    {
        var norm = optimizer.GradientNorm();
        return double.IsFinite(norm)
            ? norm
            : throw new NonFiniteException(optimizer.NonFiniteGradient() is { } name ? $"gradient of the objective's {name}" : "gradient norm of the objective", norm, number);
    }

    /// <summary>One update.</summary>
    public void Step(long number, double learningRate, double norm, double decay)
    {
        optimizer.Step(number, learningRate, norm, ema, decay);
        optimizer.ClearGradients();
    }

    /// <summary>Puts the average in the module's place until the result is disposed.</summary>
    public IDisposable WithAverage() => ema.Applied();

    public void Dispose()
    {
        Array.ForEach(views, view => view.Dispose());
        optimizer.Dispose();
        ema.Dispose();
        parameters.Dispose();
    }

    private (string Name, Tensor Tensor)[] Named(string prefix, Tensor buffer) =>
        [.. parameters.Names.Zip(parameters.Views(buffer)).Select(v => (prefix + v.First, v.Second.DetachFromDisposeScope()))];
}
