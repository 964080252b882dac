namespace Brownian.Cli.Live;

/// <summary>What a person wants to know after a training step.</summary>
/// <param name="Step">Updates made.</param>
/// <param name="Loss">The batch's loss.</param>
/// <param name="LearningRate">The rate that was used.</param>
/// <param name="GradientNorm">Before clipping.</param>
/// <param name="ImagesPerSecond">Of this step.</param>
/// <param name="Seconds">Time trained.</param>
/// <param name="Progress">The fraction of the budget that is used; 0 without one.</param>
/// <param name="SecondsLeft">Until the budget is used up; null without one.</param>
internal readonly record struct TrainingMoment(
    long Step, double Loss, double LearningRate, double GradientNorm, double ImagesPerSecond, double Seconds, double Progress, double? SecondsLeft);
