using Brownian.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>A <see cref="LearnedScheduleBound"/> at work.</summary>
/// <param name="model">The network and what its output means; its path is not looked at.</param>
/// <param name="schedule">β; owned.</param>
/// <param name="levelWidth">See <see cref="LearnedScheduleBound.LevelWidth"/>.</param>
/// <param name="rate">See <see cref="LearnedScheduleBound.Rate"/>.</param>
public sealed class LearnedScheduleRun(DiffusionModel model, LearnedSchedule schedule, double levelWidth = 0, double rate = 1) : ObjectiveRun
{
    /// <inheritdoc/>
    public override nn.Module Learned => schedule;

    /// <inheritdoc/>
    public override double LearnedRate => rate;

    /// <inheritdoc/>
    public override GaussianPath LearnedPath => schedule.Path();

    /// <inheritdoc/>
    public override ObjectiveDraw Draw(Tensor x0, RandomStream random, ObjectiveMoment moment)
    {
        // The first step has no parameters; of the others each is drawn equally often, spread evenly over the batch.
        var path = schedule.Path();
        var count = checked((int)x0.size(0));
        var offset = random.NextUniform();
        var levels = Enumerable.Range(0, count).Select(i => (offset + (double)i / count) % 1)
            .Select(u => path.At(1 + Math.Min((int)(u * (path.Count - 1)), path.Count - 2)));
        var noise = random.NormalLike(x0);
        return levelWidth == 0
            ? new ObjectiveDraw([.. levels], noise)
            : new DequantizedDraw([.. levels], noise, random.Uniform(x0.shape).sub_(0.5).mul_(levelWidth).to(x0.device));
    }

    /// <inheritdoc/>
    /// <returns>An estimate of the whole bound from one step of each sample: nats a number, [N], float32.</returns>
    public override Tensor Evaluate(Tensor x0, Condition? condition, ObjectiveDraw draw)
    {
        using var scope = NewDisposeScope();
        x0 = draw is DequantizedDraw { Offset: var offset } ? x0 + offset : x0;
        var betas = schedule.Betas();
        var logAlphaBar = (-betas).log1p().cumsum(0);
        var steps = tensor(draw.Levels.Select(level => (long)level.Time).ToArray(), device: betas.device);
        var divergence = Divergence(x0, condition, draw.Noise, betas, logAlphaBar, steps).flatten(1).mean([1]);
        var power = x0.square().flatten(1).mean([1]).to(ScalarType.Float64);
        var bound = divergence * (schedule.Count - 1) + First(betas[0], power) + Prior(logAlphaBar[-1], power);
        return bound.to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            schedule.Dispose();
        }
    }

    /// <summary>KL(q(x_to | x_from, x0) ‖ p(x_to | x_from)) of each number, nats, [N, …], float64.</summary>
    private Tensor Divergence(Tensor x0, Condition? condition, Tensor noise, Tensor betas, Tensor logAlphaBar, Tensor steps)
    {
        long[] column = [x0.size(0), .. Enumerable.Repeat(1L, (int)x0.dim() - 1)];
        Tensor At(Tensor table, Tensor index) => table.index_select(0, index).reshape(column);
        var (beta, noisy, before) = (At(betas, steps), At(logAlphaBar, steps), At(logAlphaBar, steps - 1));
        var (variance, varianceBefore) = (-noisy.expm1(), -before.expm1());

        var at = new NoiseLevels(
            steps.to(x0.dtype), (noisy / 2).exp().to(x0.dtype), variance.sqrt().to(x0.dtype));
        var xt = at.Alpha * x0 + at.Sigma * noise;
        var belief = model.Read(model.Output(xt, at, condition), xt, at);

        // q's mean and the model's differ by the error of x0 alone, times √ᾱ_to·β/σ² (Ho et al. 2020, eq. 7).
        var shift = (before / 2).exp() * beta / variance * (x0 - belief.X0).to(ScalarType.Float64);
        var smallest = (varianceBefore / variance * beta).log();
        var log = belief.VarianceMix is { } mix
            ? smallest + (mix.to(ScalarType.Float64) + 1) / 2 * (beta.log() - smallest)
            : smallest;
        return ((log - smallest) + ((smallest - log).exp() + shift.square() * (-log).exp()) - 1) / 2;
    }

    /// <summary>
    /// −log p(x0 | x_1) on average, nats: the first step is undone by the kernel that did it, N(x0; √(1 − β)·x_1, β) (the paper's appendix B.1).
    /// </summary>
    private static Tensor First(Tensor beta, Tensor power) => ((2 * Math.PI * beta).log() + 1 + beta * (power - 1)) / 2;

    /// <summary>KL(q(x_T | x0) ‖ N(0, 1)), nats.</summary>
    private static Tensor Prior(Tensor logAlphaBar, Tensor power) =>
        (logAlphaBar.exp() * (power - 1) - (-logAlphaBar.exp()).log1p()) / 2;
}
