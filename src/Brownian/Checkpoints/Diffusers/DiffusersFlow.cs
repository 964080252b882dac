using Brownian.Ode;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;

namespace Brownian.Checkpoints;

/// <summary>diffusers' flow-matching schedulers.</summary>
internal static class DiffusersFlow
{
    public static DiffusersMethod Euler(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        var (stochastic, spacing) = (config.Flag("stochastic_sampling"), Spacing(config, asDiffusers));
        return stochastic && config.Flag("invert_sigmas") && asDiffusers
            ? new(new RectifiedFlow(), new PredictFlow { TimeScale = config.Int("num_train_timesteps") }, new MirroredFlow(spacing), new MultistepConsistency())
            : new(new RectifiedFlow(), Output(config), spacing, stochastic ? new MultistepConsistency() : new Euler());
    }

    public static DiffusersMethod Heun(DiffusersSchedulerConfig config, bool asDiffusers) =>
        new(new RectifiedFlow(), Output(config), Spacing(config, asDiffusers), new ProbabilityFlow { Solver = new FixedSteps(ButcherTableau.Heun) });

    /// <summary>The network is told σ in steps of training; with invert_sigmas (Mochi) it is told 1 − σ, and its velocity goes from noise to data.</summary>
    private static PredictFlow Output(DiffusersSchedulerConfig config)
    {
        var count = config.Int("num_train_timesteps");
        return config.Flag("invert_sigmas")
            ? new() { TimeScale = -count, LabelOffset = count, ToData = true }
            : new() { TimeScale = count };
    }

    private static FlowShift Spacing(DiffusersSchedulerConfig config, bool asDiffusers)
    {
        var isDynamic = config.Flag("use_dynamic_shifting");
        var shapes = new[] { ("use_karras_sigmas", (RatioSpacing)new Karras()), ("use_exponential_sigmas", new Exponential()), ("use_beta_sigmas", new Beta()) }
            .Where(shape => config.Flag(shape.Item1)).Select(shape => shape.Item2).ToArray();
        if (shapes.Length > 1)
        {
            throw new FormatException($"{config.ClassName}: expected one of use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas; got {shapes.Length}.");
        }

        // diffusers shifts the range of shares, and then all shares in it once more.
        var (shift, smallest) = (isDynamic ? Dynamic(config) : config.Number("shift"), 1.0 / config.Int("num_train_timesteps"));
        return new(shift)
        {
            Smallest = asDiffusers && !isDynamic ? shift * smallest / (1 + (shift - 1) * smallest) : smallest,
            SkipLast = false,

            // The code has "if shift_terminal": 0 is none.
            Terminal = config.Optional("shift_terminal") is { } terminal && terminal != 0 ? terminal : null,
            Shape = shapes.FirstOrDefault(),
        };
    }

    /// <summary>The shift of the solvers' flow sigmas: by the size of the image if μ is given as "mu", or flow_shift.</summary>
    public static double Shift(DiffusersSchedulerConfig config) => config.Has("mu") ? Dynamic(config) : config.Number("flow_shift");

    /// <summary>The shift by the size of the image: μ is given as "mu", or is that of the smallest images.</summary>
    private static double Dynamic(DiffusersSchedulerConfig config)
    {
        var mu = config.Optional("mu") ?? config.Optional("base_shift") ?? 0.5;
        return config.Text("time_shift_type") switch
        {
            "exponential" => Math.Exp(mu),
            "linear" => mu,
            _ => throw config.Unknown("time_shift_type", "exponential and linear"),
        };
    }
}
