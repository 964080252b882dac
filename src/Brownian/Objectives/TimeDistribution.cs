using System.Text.Json.Serialization;
using Brownian.Paths;

namespace Brownian.Objectives;

/// <summary>Which noise levels training visits: a map from the unit interval, so that stratified numbers give stratified levels.</summary>
/// <remarks>Serialises to JSON as a small record; the property <c>kind</c> tells which distribution it is.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(UniformStep), "uniform_step")]
[JsonDerivedType(typeof(UniformTime), "uniform_time")]
[JsonDerivedType(typeof(LogNormalSigma), "log_normal_sigma")]
[JsonDerivedType(typeof(LogitNormalTime), "logit_normal_time")]
public abstract record TimeDistribution
{
    /// <summary>The level at quantile <paramref name="u"/> of the distribution. Increasing u means more noise.</summary>
    /// <param name="path">The path the level is on.</param>
    /// <param name="u">In [0, 1).</param>
    public abstract NoiseLevel Quantile(GaussianPath path, double u);

    /// <summary><paramref name="count"/> levels, one a sample.</summary>
    /// <param name="path">The path the levels are on.</param>
    /// <param name="count">N &gt; 0.</param>
    /// <param name="random">Where the quantiles come from.</param>
    /// <param name="stratified">
    /// Whether the levels of a batch share one random offset, <c>u_i = (u + i/N) mod 1</c>, instead of being independent: each is still
    /// distributed as asked, and the variance of the batch's mean loss falls (Kingma et al. 2021, appendix I.1).
    /// </param>
    public IReadOnlyList<NoiseLevel> Draw(GaussianPath path, int count, RandomStream random, bool stratified)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var levels = new NoiseLevel[count];
        var offset = random.NextUniform();
        for (var i = 0; i < count; i++)
        {
            var u = stratified ? (offset + (double)i / count) % 1 : i == 0 ? offset : random.NextUniform();
            levels[i] = Quantile(path, u);
        }

        return levels;
    }
}
