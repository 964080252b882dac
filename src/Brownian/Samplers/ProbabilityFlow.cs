using Brownian.Ode;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// An ODE solver on the probability flow (Song et al. 2021, section 4.3). An adaptive solver goes to the cleanest level in steps of its own,
/// and shows its state at the levels of the schedule; one with fixed steps walks the schedule. The step to clean data is the belief x̂0.
/// </summary>
public sealed record ProbabilityFlow : Sampler
{
    /// <summary>The solver: Dormand–Prince to a tolerance of 10⁻⁵ unless another is given.</summary>
    public OdeSolver Solver { get; init; } = new AdaptiveSteps();

    /// <summary>What counts as time.</summary>
    public FlowClock Clock { get; init; }

    /// <inheritdoc/>
    public override bool CouplesSamples => Solver is AdaptiveSteps;

    /// <inheritdoc/>
    public override IStepper Start(IDenoiser denoiser, INoise noise, NoiseSchedule schedule) =>
        new Stepper(this, denoiser, schedule, new ProbabilityFlowOde(denoiser, schedule.Path, Clock));

    private sealed class Stepper(ProbabilityFlow sampler, IDenoiser denoiser, NoiseSchedule schedule, ProbabilityFlowOde ode) : IStepper
    {
        private OdeSolver solver = sampler.Solver;

        public Tensor Step(Tensor xt, NoiseLevel from, NoiseLevel to)
        {
            if (!to.IsClean)
            {
                return from == to ? xt.alias() : Carry(xt, from, to);
            }

            var last = schedule.Path.Cleanest;
            if (solver is AdaptiveSteps && ode.TimeOf(from) > ode.TimeOf(last))
            {
                return denoiser.Denoise(Carry(xt, from, last), last).X0;
            }

            return denoiser.Denoise(xt, from).X0;
        }

        public void Dispose()
        {
        }

        private Tensor Carry(Tensor xt, NoiseLevel from, NoiseLevel to)
        {
            var solution = ode.Carry(solver, xt, from, to);
            if (solver is AdaptiveSteps adaptive && solution.Steps.Count > 0)
            {
                solver = adaptive with { FirstStep = solution.NextLength };
            }

            return solution.State;
        }
    }
}
