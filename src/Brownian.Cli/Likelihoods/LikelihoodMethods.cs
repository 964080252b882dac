using Brownian.Paths;

namespace Brownian.Cli.Likelihoods;

/// <summary>--method: which of the ways to a likelihood is taken.</summary>
internal static class LikelihoodMethods
{
    /// <param name="path">The model's path.</param>
    /// <param name="wish">ode or bound; null for the bound of a discrete path, and the ODE of any other.</param>
    /// <exception cref="UsageException">The bound is wanted of a path that has no steps.</exception>
    public static ILikelihoodMethod Choose(GaussianPath path, string? wish) => (wish, path) switch
    {
        ("bound", _) => throw new UsageException(
            $"--method bound: expected a discrete path, whose steps make up the bound; got {path.GetType().Name}. Use --method ode, which is exact."),
        _ => new FlowMethod(),
    };
}
