using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// The steps of a multistep method that corrects its data with the belief at them, which the next step needs anyway: what UniPC and SA-Solver share.
/// </summary>
/// <param name="run">The run.</param>
/// <param name="prediction">What is integrated.</param>
/// <param name="remembered">How many models are kept.</param>
internal abstract class CorrectedStepper(SamplingRun run, DpmPrediction prediction, int remembered) : IStepper
{
    private readonly Kept data = new();
    private int number = -1;

    /// <summary>The run.</summary>
    protected SamplingRun Run => run;

    /// <summary>The models of the steps so far, this one's included once it is corrected.</summary>
    protected History Models { get; } = new(remembered);

    /// <summary>The number of this step in its schedule; −1 if it is not one of it.</summary>
    protected int Number => number;

    /// <summary>The steps from this one to the end; null if it is not one of the schedule.</summary>
    protected int? Left => number >= 0 ? run.Schedule.Steps - number : null;

    /// <summary>The corrected data, [N, …], from which the step before went.</summary>
    protected Tensor Data => data.Value!;

    /// <inheritdoc/>
    public Tensor Step(Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        number = run.Schedule.StepFrom(from, number + 1);
        var belief = run.Denoiser.Denoise(xt, from);
        var model = prediction == DpmPrediction.Data ? belief.X0 : belief.Epsilon;
        var corrected = Models.Usable(1, from) == 1 && Corrects ? Correct(model, from) : xt;
        Models.Add(model, from);
        data.Set(corrected);
        return Predict(belief, corrected, from, to);
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Models.Dispose();
        data.Dispose();
    }

    /// <summary>Whether the data at which this step begins are corrected.</summary>
    protected abstract bool Corrects { get; }

    /// <summary>The data again at the end of the step before, [N, …], with the model found there.</summary>
    protected abstract Tensor Correct(Tensor model, NoiseLevel to);

    /// <summary>The data at the end of this step, [N, …].</summary>
    /// <param name="belief">The belief at its start.</param>
    /// <param name="xt">The corrected data at its start.</param>
    /// <param name="from">Its start.</param>
    /// <param name="to">Its end.</param>
    protected abstract Tensor Predict(Denoised belief, Tensor xt, NoiseLevel from, NoiseLevel to);
}
