using Brownian.Paths;
using Brownian.Testing;

namespace Brownian.Tests.Paths;

public sealed class DiscretePathTests : LeakCheck
{
    [Fact]
    public void Making_a_table_leaves_no_tensor_behind() => Assert.Equal(1000, DiscretePath.Cosine().Count);

    [Fact]
    public void Zero_terminal_snr_keeps_the_first_step_and_ends_in_pure_noise()
    {
        var (plain, stretched) = (DiscretePath.Linear(), DiscretePath.Linear().WithZeroTerminalSnr());
        Assert.Equal(plain.AlphaBar(0), stretched.AlphaBar(0), 1e-6f);
        Assert.Equal(new NoiseLevel(999, 0, 1), stretched.Noisiest);
        Assert.True(double.IsFinite(stretched.At(998.5).NoiseToSignal));
    }

    [Fact]
    public void The_roots_of_the_table_are_correctly_rounded_on_any_machine()
    {
        foreach (var path in new[] { DiscretePath.Linear(), DiscretePath.Cosine(), DiscretePath.Cosine().WithZeroTerminalSnr() })
        {
            Assert.All(Enumerable.Range(0, path.Count), step => Assert.Equal(
                ((double)MathF.Sqrt(path.AlphaBar(step)), (double)MathF.Sqrt(1 - path.AlphaBar(step))), (path.At(step).Alpha, path.At(step).Sigma)));
        }
    }

    [Fact]
    public void Between_two_steps_the_log_of_the_ratio_is_interpolated()
    {
        var path = DiscretePath.Linear();
        var (a, b, middle) = (path.At(500), path.At(501), path.At(500.25));

        // float32 tables
        Assert.Equal(0.75 * a.Lambda + 0.25 * b.Lambda, middle.Lambda, 1e-6);
        Assert.Equal(1, middle.Alpha * middle.Alpha + middle.Sigma * middle.Sigma, 1e-12);
    }

    [Fact]
    public void Steps_outside_the_table_are_refused_and_negative_steps_are_clean()
    {
        var path = DiscretePath.Linear(10);
        Assert.Equal(new NoiseLevel(-1, 1, 0), path.At(-1));
        var error = Assert.Throws<UnsupportedLevelException>(() => path.At(10));
        Assert.Contains("[0, 9]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trained_betas_need_one_value_a_step()
    {
        float[] betas = [0.1f, 0.2f, 0.3f];
        Assert.Equal(0.9f * 0.8f * 0.7f, DiscretePath.Trained(betas).AlphaBar(2), 1e-7f);
        var error = Assert.Throws<ArgumentException>(() => new DiscretePath(new(BetaShape.Trained) { Values = betas }, 4));
        Assert.Contains("expected 4", error.Message, StringComparison.Ordinal);
    }
}
