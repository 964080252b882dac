using System.Text.Json;
using Brownian.Checkpoints.Foreign;
using Brownian.Ode;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;

namespace Brownian.Verification.ScoreMatching;

/// <summary>One run of EDM's sampler, or of the sampler of its ablation, in our terms.</summary>
/// <param name="Path">Clock and scaling.</param>
/// <param name="Schedule">The levels.</param>
/// <param name="Sampler">The method.</param>
internal sealed record EdmRun(ScaledPath Path, NoiseSchedule Schedule, Sampler Sampler)
{
    /// <summary>Reads the arguments of <c>edm_sampler</c> or <c>ablation_sampler</c>.</summary>
    /// <param name="run">The run, with <c>function</c> and <c>kwargs</c>.</param>
    /// <param name="range">σ that the network knows.</param>
    /// <param name="parameterization">The preconditioning.</param>
    public static EdmRun Read(JsonElement run, (double Min, double Max) range, Parameterization parameterization)
    {
        var arguments = run.Section("kwargs");
        var isAblation = run.Text("function", "edm_sampler") == "ablation_sampler";
        var discretization = isAblation ? arguments.Text("discretization", "edm") : "edm";
        var firstTime = arguments.Double("epsilon_s", 1e-3);
        var (low, high) = Default(discretization, firstTime);
        var path = new ScaledPath(Math.Max(arguments.Double("sigma_min", low), range.Min), Math.Min(arguments.Double("sigma_max", high), range.Max))
        {
            Clock = Clock(isAblation ? arguments.Text("schedule", "linear") : "linear"),
            PreservesVariance = isAblation && arguments.Text("scaling", "none") == "vp",
            FirstTime = firstTime,
            Rungs = parameterization is PredictIddpmEpsilon iddpm ? iddpm.Ladder ?? new() : null,
        };
        var spacing = Spacing(discretization, arguments, firstTime) with { Largest = path.SigmaMax, Smallest = path.SigmaMin };
        return new(path, spacing.Levels(path, arguments.Int("num_steps", 18)), Method(arguments, isAblation));
    }

    private static (double Low, double High) Default(string discretization, double firstTime) => discretization switch
    {
        "vp" => (VpSigma(firstTime), VpSigma(1)),
        "ve" => (0.02, 100),
        "iddpm" => (0.002, 81),
        _ => (0.002, 80),
    };

    private static double VpSigma(double time) => Math.Sqrt(double.ExpM1(0.5 * 19.9 * time * time + 0.1 * time));

    private static RatioSpacing Spacing(string discretization, JsonElement arguments, double firstTime) => discretization switch
    {
        "vp" => new VpTimes(firstTime),
        "ve" => new Exponential(),
        "iddpm" => new IddpmSteps(EdmFormat.Ladder(arguments)),
        "edm" => new Karras(arguments.Double("rho", 7)),
        _ => throw new ArgumentException($"discretization: expected vp, ve, iddpm or edm; got \"{discretization}\"."),
    };

    private static SigmaClock Clock(string schedule) => schedule switch
    {
        "linear" => SigmaClock.Linear,
        "ve" => SigmaClock.SquareRoot,
        "vp" => SigmaClock.Vp,
        _ => throw new ArgumentException($"schedule: expected vp, ve or linear; got \"{schedule}\"."),
    };

    private static Sampler Method(JsonElement arguments, bool isAblation)
    {
        var amount = arguments.Double("S_churn", 0);
        var churn = amount == 0 ? null : new Churn(
            amount, arguments.Double("S_min", 0), arguments.Double("S_max", double.PositiveInfinity), arguments.Double("S_noise", 1));
        if (!isAblation)
        {
            return new Heun { Churn = churn };
        }

        var tableau = arguments.Text("solver", "heun") == "euler" ? ButcherTableau.Euler : FlowSteps.SecondOrder(arguments.Double("alpha", 1));
        return new FlowSteps { Tableau = tableau, Churn = churn };
    }
}
