using Brownian.Paths;

namespace Brownian.Objectives;

/// <summary>
/// Importance sampling of steps: step t is drawn with a probability near √E[L²] of its last losses, and counts its reciprocal, so that the
/// mean loss has the least variance (Nichol and Dhariwal 2021, eq. 17). Until every step has a full history, all are equally likely.
/// </summary>
/// <param name="History">How many losses of each step are remembered, at least 1.</param>
/// <param name="UniformShare">The share of draws that is uniform over the steps, in (0, 1], so that no step is forgotten.</param>
public sealed record LossSecondMoment(int History = 10, double UniformShare = 0.001) : TimeDistribution
{
    /// <inheritdoc/>
    /// <remarks>This is before any loss is known: uniform.</remarks>
    public override NoiseLevel Quantile(GaussianPath path, double u) => new UniformStep().Quantile(path, u);

    /// <inheritdoc/>
    public override LevelSampler Start(GaussianPath path)
    {
        if (path is not DiscretePath discrete)
        {
            throw new ArgumentException(
                $"times: importance-sampled steps need a discrete path, which has countable steps; got {path.GetType().Name}. Choose uniform_time.");
        }

        return History >= 1 && UniformShare is > 0 and <= 1
            ? new LossSecondMomentSampler(this, discrete)
            : throw new ArgumentException(
                $"times: expected a history of at least 1 and a uniform share in (0, 1]; got {History} and {UniformShare}. The paper has 10 and 0.001.");
    }
}
