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
[JsonDerivedType(typeof(LossSecondMoment), "loss_second_moment")]
public abstract record TimeDistribution
{
    /// <summary>The level at quantile <paramref name="u"/> of the distribution. Increasing u means more noise.</summary>
    /// <param name="path">The path the level is on.</param>
    /// <param name="u">In [0, 1).</param>
    public abstract NoiseLevel Quantile(GaussianPath path, double u);

    /// <summary>Prepares training at step 0 on a path.</summary>
    /// <exception cref="ArgumentException">The distribution is none of this kind of path.</exception>
    public virtual LevelSampler Start(GaussianPath path) => new Fixed(this, path);

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
        return [.. Quantiles(count, random, stratified).Select(u => Quantile(path, u))];
    }

    /// <summary><paramref name="count"/> numbers in [0, 1), see <see cref="Draw"/>.</summary>
    internal static double[] Quantiles(int count, RandomStream random, bool stratified)
    {
        var quantiles = new double[count];
        var offset = random.NextUniform();
        for (var i = 0; i < count; i++)
        {
            quantiles[i] = stratified ? (offset + (double)i / count) % 1 : i == 0 ? offset : random.NextUniform();
        }

        return quantiles;
    }

    private sealed class Fixed(TimeDistribution times, GaussianPath path) : LevelSampler
    {
        public override (IReadOnlyList<NoiseLevel> Levels, IReadOnlyList<double>? Weights) Draw(int count, RandomStream random, bool stratified) =>
            (times.Draw(path, count, random, stratified), null);
    }
}
