using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>
/// The Brownian motion of diffusers' DPMSolverSDEScheduler, asked at exactly its times: it takes σ through a float32 logarithm and back, and the motion tells
/// times apart by 10⁻⁶.
/// </summary>
internal sealed class BrownianReplay : IBrownianNoise, IDisposable
{
    private readonly BrownianNoise noise;
    private readonly float[] sigmas;

    /// <param name="schedule">The levels.</param>
    /// <param name="seed">The scheduler's noise_sampler_seed; null for the number that diffusers draws for it after torch.manual_seed(0).</param>
    public BrownianReplay(NoiseSchedule schedule, ulong? seed)
    {
        sigmas = [.. schedule.Where(level => !level.IsClean).Select(level => (float)level.NoiseToSignal)];
        noise = new(sigmas.Min(), sigmas.Max(), seed ?? DrawnSeed());
    }

    /// <inheritdoc/>
    public Tensor NormalLike(Tensor like) => noise.NormalLike(like);

    /// <inheritdoc/>
    /// <remarks>The reference asks from the larger to the smaller time of the motion and turns the sign.</remarks>
    public Tensor Between(Tensor like, double from, double to) => noise.Between(like, At(from), At(to));

    /// <inheritdoc/>
    public void Dispose() => noise.Dispose();

    /// <summary>The seed that diffusers draws where none is given, after torch.manual_seed(0).</summary>
    public static ulong DrawnSeed()
    {
        using var generator = new Generator(0, CPU);
        using var drawn = randint(0, long.MaxValue, [1], dtype: ScalarType.Int64, generator: generator);
        return (ulong)drawn.item<long>();
    }

    /// <summary>σ of a level or of the middle of a step, with the reference's rounding.</summary>
    private double At(double sigma)
    {
        using var scope = NewDisposeScope();
        var index = Array.FindIndex(sigmas, s => Math.Abs(s - sigma) <= 1e-6 * sigma);
        if (index >= 0)
        {
            return tensor(sigmas[index]).log().neg().neg().exp().item<float>();
        }

        var after = Array.FindIndex(sigmas, s => s < sigma);
        var (start, end) = (tensor(sigmas[after - 1]).log().neg(), tensor(sigmas[after]).log().neg());
        return (start + (end - start) * 0.5).neg().exp().item<float>();
    }
}
