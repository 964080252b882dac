using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Objectives;

/// <summary>
/// g² on the error of the score, whatever the network outputs: the loss then bounds the negative log-likelihood (Song et al. 2021, "Maximum
/// likelihood training", theorem 1). For paths in continuous time.
/// </summary>
public sealed record LikelihoodWeight : LossWeight
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The path has no diffusion.</exception>
    public override double[]? Factors(IReadOnlyList<NoiseLevel> levels, DiffusionModel model)
    {
        var path = model.Path as ContinuousPath ?? throw new ArgumentException(
            $"likelihood weight: expected a path in continuous time, which has a diffusion; got {model.Path.GetType().Name}. Use the variational objective.");
        return FromScore(levels, model.Parameterization, level => path.SdeAt(level.Time).DiffusionSquared);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Always: the diffusion belongs to the path.</exception>
    public override double[]? Factors(IReadOnlyList<NoiseLevel> levels, Parameterization parameterization) => throw new ArgumentException(
        "likelihood weight: expected the model, whose path has the diffusion; got its parameterization only.");
}
