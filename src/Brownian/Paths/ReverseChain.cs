namespace Brownian.Paths;

/// <summary>
/// The Gaussian steps that lead from noise to data (Ho et al. 2020): what q(x_to | x_from, x0) is in each, and between which variances a
/// model may choose.
/// </summary>
public sealed class ReverseChain
{
    private readonly ChainStep[] steps;

    /// <summary>The chain through these levels.</summary>
    /// <param name="levels">Noisiest first, at least two, the last one clean.</param>
    /// <exception cref="ArgumentException">There are fewer than two levels, they do not descend, or they do not end at clean data.</exception>
    public ReverseChain(IReadOnlyList<NoiseLevel> levels)
    {
        if (levels.Count < 2 || !levels[^1].IsClean)
        {
            throw new ArgumentException(
                $"chain: expected at least two levels, the last one clean data (σ = 0); got {levels.Count}"
                + (levels.Count == 0 ? "" : $" that end at σ = {levels[^1].Sigma}") + ". Take a spacing that ends at the path's clean level.",
                nameof(levels));
        }

        for (var i = 1; i < levels.Count; i++)
        {
            if (!(levels[i].NoiseToSignal < levels[i - 1].NoiseToSignal))
            {
                throw new ArgumentException($"chain: expected descending noise; got σ/α = {levels[i].NoiseToSignal} after {levels[i - 1].NoiseToSignal}.", nameof(levels));
            }
        }

        steps = new ChainStep[levels.Count - 1];
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = Step(levels[i], levels[i + 1], i > 0 ? steps[i - 1] : null);
        }
    }

    /// <summary>The number of steps.</summary>
    public int Count => steps.Length;

    /// <summary>A step, the noisiest first.</summary>
    public ChainStep this[int index] => steps[index];

    /// <summary>Every step of a discrete path, from its last to clean data.</summary>
    public static ReverseChain Of(DiscretePath path) =>
        new([.. Enumerable.Range(0, path.Count).Select(i => path.At(path.Count - 1 - i)), path.Clean]);

    // β̃ of the step to clean data is 0 and has no logarithm; the published code takes the one of the step before.
    private static ChainStep Step(NoiseLevel from, NoiseLevel to, ChainStep? before)
    {
        var posterior = Posterior.Between(from, to);
        var largest = Math.Log(posterior.StepVariance);
        var smallest = to.IsClean ? before?.LogSmallest ?? largest : Math.Log(posterior.Variance);
        return new(from, to, posterior, smallest, largest);
    }
}
