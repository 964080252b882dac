using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Ode;

/// <summary>
/// The probability-flow ODE of a belief (Song et al. 2021, eq. 13): dx/dt = α̇·x̂0 + σ̇·ε̂, whose solutions carry the density of the data at
/// each level into that at every other.
/// </summary>
public sealed class ProbabilityFlowOde
{
    private readonly IDenoiser denoiser;
    private readonly GaussianPath path;
    private readonly ContinuousPath? continuous;

    /// <summary>The ODE on a path.</summary>
    /// <param name="denoiser">The belief.</param>
    /// <param name="path">The path.</param>
    /// <param name="clock">What counts as time.</param>
    /// <exception cref="ArgumentException">The path's own time is wanted of a path that has steps instead.</exception>
    public ProbabilityFlowOde(IDenoiser denoiser, GaussianPath path, FlowClock clock)
    {
        (this.denoiser, this.path, Clock) = (denoiser, path, clock);
        continuous = clock == FlowClock.NoiseFraction ? null : path as ContinuousPath ?? throw new ArgumentException(
            $"probability flow: expected a continuous path for {nameof(FlowClock)}.{nameof(FlowClock.PathTime)}; got {path.GetType().Name}, whose time is the "
            + $"number of a step and has no derivative. Use {nameof(FlowClock)}.{nameof(FlowClock.NoiseFraction)}, which reads the levels between two steps, "
            + "or a sampler that walks the steps (ddim, heun, dpm++2m).");
    }

    /// <summary>What counts as time.</summary>
    public FlowClock Clock { get; }

    /// <summary>The clock's reading at a level of the path.</summary>
    public double TimeOf(NoiseLevel level) => continuous is not null ? level.Time : level.Sigma / (level.Alpha + level.Sigma);

    /// <summary>The level at a reading of the clock.</summary>
    /// <exception cref="UnsupportedLevelException">The path has no such level.</exception>
    public NoiseLevel LevelAt(double time) => continuous is not null ? continuous.At(time) : path.AtNoiseToSignal(time < 1 ? time / (1 - time) : double.PositiveInfinity);

    /// <summary>What the data are divided by to be the ODE's state.</summary>
    public double ScaleOf(NoiseLevel level) => continuous is not null ? 1 : level.Alpha + level.Sigma;

    /// <summary>dy/dt, [N, …], of the state y = x/scale, [N, …].</summary>
    public Tensor Slope(double time, Tensor state)
    {
        using var scope = NewDisposeScope();
        var level = LevelAt(time);
        var scale = ScaleOf(level);
        var belief = denoiser.Denoise(scale == 1 ? state : state * scale, level);
        var (alpha, sigma) = continuous?.RateAt(time) ?? (-1, 1);
        return (alpha * belief.X0).add_(belief.Epsilon, alpha: sigma).MoveToOuterDisposeScope();
    }

    /// <summary>Carries data from one level to another.</summary>
    /// <param name="solver">How the ODE is solved.</param>
    /// <param name="x">Data at <paramref name="from"/>, [N, …]; borrowed.</param>
    /// <param name="from">The level of the data.</param>
    /// <param name="to">The level wanted; more noise or less.</param>
    /// <param name="onStep">Called after each attempt with its log line and the state (borrowed).</param>
    /// <param name="cancellation">Checked after each step.</param>
    /// <returns>Data at <paramref name="to"/>, [N, …], and what it cost.</returns>
    public OdeSolution Carry(
        OdeSolver solver, Tensor x, NoiseLevel from, NoiseLevel to, Action<OdeStep, Tensor>? onStep = null, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        var solution = solver.Solve(Slope, x / ScaleOf(from), TimeOf(from), TimeOf(to), onStep, cancellation);
        return solution with { State = solution.State.mul_(ScaleOf(to)).MoveToOuterDisposeScope() };
    }
}
