namespace Brownian.Training;

/// <summary>What one optimizer step did. Plain numbers only, so that no tensor outlives its step.</summary>
/// <param name="Number">The step, from 1.</param>
/// <param name="Images">Images seen so far, this step's included.</param>
/// <param name="Loss">Mean loss of the batch, in the objective's units.</param>
/// <param name="LearningRate">The rate that was used.</param>
/// <param name="GradientNorm">Global norm of the gradient before clipping.</param>
/// <param name="EmaDecay">The weight of the old average.</param>
/// <param name="ImagesPerSecond">Images of this step by its own duration.</param>
/// <param name="Seconds">Time trained so far, before a resume included.</param>
/// <param name="Progress">The fraction of the budget that is used, in [0, 1]; 0 without a budget.</param>
/// <param name="Losses">The loss of each image and the level it was noised to.</param>
public sealed record TrainingStep(
    long Number,
    long Images,
    double Loss,
    double LearningRate,
    double GradientNorm,
    double EmaDecay,
    double ImagesPerSecond,
    double Seconds,
    double Progress,
    IReadOnlyList<(NoiseLevel Level, float Loss)> Losses)
{
    /// <summary>Seconds until the budget is used up at the pace so far; null without a budget.</summary>
    public double? SecondsLeft => Progress > 0 ? Seconds * (1 - Progress) / Progress : null;
}
