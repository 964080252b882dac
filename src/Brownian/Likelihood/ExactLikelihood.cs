using Brownian.Ode;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Likelihood;

/// <summary>
/// log p(x) by the change of variables along the probability flow (Song et al. 2021, eq. 39): the density of the latent, plus the divergence
/// of the velocity integrated from the data to it. Exact for the model that the flow defines, up to the solver's tolerance and the variance
/// of the divergence's estimate.
/// </summary>
public sealed record ExactLikelihood
{
    /// <summary>The solver; its tolerances hold for the data and the log-density together.</summary>
    public OdeSolver Solver { get; init; } = new AdaptiveSteps();

    /// <summary>What counts as time; score SDE integrates over <see cref="FlowClock.PathTime"/>.</summary>
    public FlowClock Clock { get; init; }

    /// <summary>The level at which data are taken to lie; null for the cleanest on which the model was trained. Score SDE begins at time 10⁻⁵.</summary>
    public NoiseLevel? Start { get; init; }

    /// <summary>The level of the latent; null for the path's noisiest.</summary>
    public NoiseLevel? End { get; init; }

    /// <summary>The latent's log-density in nats, [N, …] → [N]; null for that of the noise from which sampling starts.</summary>
    public Func<Tensor, Tensor>? LatentLogDensity { get; init; }

    /// <summary>Evaluates a batch in one solve. The batch shares its steps.</summary>
    /// <param name="denoiser">The belief; it must be differentiable.</param>
    /// <param name="path">The path.</param>
    /// <param name="data">[N, …], in data units; borrowed.</param>
    /// <param name="divergence">How the divergence is found. One network call gives the velocity and, by one vector–Jacobian product a probe, the divergence.</param>
    /// <param name="onStep">Called after each attempt of the solver.</param>
    /// <param name="cancellation">Checked after each step.</param>
    /// <exception cref="OdeFailedException">The flow cannot be followed to the latent.</exception>
    public LikelihoodResult Evaluate(
        IDenoiser denoiser, GaussianPath path, Tensor data, IDivergence divergence, Action<OdeStep>? onStep = null, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var ode = new ProbabilityFlowOde(denoiser, path, Clock);
        var (start, end) = (Start ?? path.Cleanest, End ?? path.Noisiest);
        var (rows, size) = (data.size(0), data.numel() / data.size(0));

        // One state of float64 numbers holds both, as in score SDE: a row of a sample's numbers and of its integrals.
        var scaled = (data / ode.ScaleOf(start)).reshape(rows, size).to(ScalarType.Float64);
        var state = cat([scaled, zeros(rows, divergence.Estimates, dtype: ScalarType.Float64, device: data.device)], 1);
        var solution = Solver.Solve(Slope, state, ode.TimeOf(start), ode.TimeOf(end), (step, _) => onStep?.Invoke(step), cancellation);

        var latent = (solution.State.narrow(1, 0, size) * ode.ScaleOf(end)).reshape(data.shape);
        var change = solution.State.narrow(1, size, divergence.Estimates) + size * Math.Log(ode.ScaleOf(end) / ode.ScaleOf(start));
        var nats = (LatentLogDensity?.Invoke(latent) ?? Normal(latent, path.StartScale(end))).unsqueeze(1) + change;
        return new(
            nats.to(CPU).MoveToOuterDisposeScope(), latent.to(data.dtype).MoveToOuterDisposeScope(), solution.Evaluations, solution.Steps);

        Tensor Slope(double time, Tensor packed)
        {
            using var inner = NewDisposeScope();
            var x = packed.narrow(1, 0, size).to(data.dtype).reshape(data.shape);
            var (velocity, change) = SlopeAndDivergence(ode, divergence, time, x);
            return cat([velocity.reshape(rows, size).to(ScalarType.Float64), change.to(ScalarType.Float64)], 1).MoveToOuterDisposeScope();
        }
    }

    /// <summary>The slope of the ODE, [N, …], and its divergence, [N, estimates], from one call of the denoiser.</summary>
    /// <param name="ode">The ODE.</param>
    /// <param name="divergence">How the divergence is found.</param>
    /// <param name="time">The reading of the ODE's clock.</param>
    /// <param name="state">The ODE's state, [N, …]; borrowed.</param>
    public static (Tensor Slope, Tensor Divergence) SlopeAndDivergence(ProbabilityFlowOde ode, IDivergence divergence, double time, Tensor state)
    {
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        var x = state.detach().clone().requires_grad_(true);
        var slope = ode.Slope(time, x);
        return (slope.detach().MoveToOuterDisposeScope(), divergence.Of(slope, x).detach().MoveToOuterDisposeScope());
    }

    /// <summary>log N(x; 0, scale²), [N].</summary>
    private static Tensor Normal(Tensor x, double scale) =>
        (-0.5 * ((x / scale).square() + Math.Log(2 * Math.PI * scale * scale))).flatten(1).sum(1);
}
