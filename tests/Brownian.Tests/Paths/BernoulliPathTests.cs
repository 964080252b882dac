using Brownian.Paths;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Paths;

public sealed class BernoulliPathTests : LeakCheck
{
    private static readonly double[] Bits = [-1, 1];

    [Fact]
    public void A_step_throws_a_coin_at_the_papers_rate()
    {
        var path = new BernoulliPath(20);
        for (var t = 1; t <= 20; t++)
        {
            // Steps are counted from 0 here and from 1 in the paper.
            var kept = path.At(t - 1).Alpha / path.At(t - 2).Alpha;
            Assert.Equal(1 - 1.0 / (20 - t + 1), kept, 1e-12);
        }

        Assert.Equal(0, path.Noisiest.Alpha);
        Assert.Throws<UnsupportedLevelException>(() => path.At(20));
    }

    [Fact]
    public void The_bridge_is_bayes_rule_and_has_the_mean_of_the_gaussian_posterior()
    {
        using var scope = NewDisposeScope();
        var path = new BernoulliPath(12);
        foreach (var (later, earlier) in new[] { (11, 10), (11, 3), (7, 6), (7, 0), (0, -1), (5, -1) })
        {
            var (from, to) = (path.At(later), path.At(earlier));
            var (kept, posterior) = (from.Alpha / to.Alpha, Posterior.Between(from, to));
            foreach (var (x0, xt) in from a in Bits from b in Bits select (a, b))
            {
                if (1 + from.Alpha * x0 * xt == 0)
                {
                    continue;
                }

                double Joint(double xs) => (1 + to.Alpha * x0 * xs) / 2 * (1 + kept * xs * xt) / 2;
                var bayes = Joint(1) / (Joint(1) + Joint(-1));
                var bridge = BernoulliPath.BridgeMean(tensor(x0), tensor(xt), from, to).item<double>();
                Assert.Equal(bayes, (1 + bridge) / 2, 1e-14);
                Assert.Equal(bridge, posterior.OfX0 * x0 + posterior.OfXt * xt, 1e-13);
                Assert.InRange(bridge, -1 - 1e-14, 1 + 1e-14);
            }
        }
    }

    [Fact]
    public void Bits_are_kept_as_often_as_the_level_says()
    {
        using var scope = NewDisposeScope();
        using var noise = new SeededNoise(4);
        var x0 = tensor(Enumerable.Range(0, 40_000).Select(i => i % 4 == 0 ? 1f : -1f).ToArray()).reshape(100, 400);
        foreach (var at in new BernoulliPath(10) is var path ? new[] { path.At(0), path.At(6), path.At(9) } : [])
        {
            var xt = BernoulliPath.Diffuse(x0, NoiseLevels.Of(at, x0), noise.NormalLike(x0));
            Assert.True(xt.abs().eq(1).all().item<bool>());

            // 40 000 bits: the standard error of the correlation is 0.005; five of them.
            Assert.Equal(at.Alpha, (xt * x0).mean().item<float>(), 0.025);
        }
    }
}
