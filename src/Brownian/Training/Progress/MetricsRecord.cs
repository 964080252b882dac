namespace Brownian.Training;

/// <summary>One line of <c>metrics.jsonl</c>: what happened since the line before.</summary>
/// <param name="Step">The last step summed up.</param>
/// <param name="Images">Images seen by then.</param>
/// <param name="Seconds">Time trained by then.</param>
/// <param name="Loss">Mean loss.</param>
/// <param name="LearningRate">The last step's rate.</param>
/// <param name="GradientNorm">Mean global gradient norm before clipping.</param>
/// <param name="ImagesPerSecond">Images over the time of the steps themselves.</param>
/// <param name="LossByLevel">Mean loss by band of σ/α, see <see cref="Training.LossByLevel"/>.</param>
public sealed record MetricsRecord(
    long Step,
    long Images,
    double Seconds,
    double Loss,
    double LearningRate,
    double GradientNorm,
    double ImagesPerSecond,
    IReadOnlyDictionary<string, double> LossByLevel);
