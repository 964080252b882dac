using Brownian.Ode;
using Brownian.Spacing;

namespace Brownian.Samplers;

/// <summary>Every sampler by its names.</summary>
public static class SamplerCatalog
{
    /// <summary>The table, one row a sampler.</summary>
    public static IReadOnlyList<SamplerRow> All { get; } =
    [
        new(["ancestral", "ddpm", "DDPMScheduler", "DDPMParallelScheduler"],
            new Ancestral(), new Leading(), 1000, 1, "DDPM's own: stochastic, needs hundreds of steps"),
        new(["ddim", "DDIMScheduler", "DDIMParallelScheduler"],
            new Ddim(), new Trailing(), 50, 1, "deterministic, order 1; eta adds noise"),
        new(["euler", "sample_euler", "k_euler", "EulerDiscreteScheduler", "EDMEulerScheduler"],
            new Euler(), new Karras(), 50, 1, "order 1 in sigma/alpha; the same as ddim without churn"),
        new(["heun", "sample_heun", "k_heun", "edm", "HeunDiscreteScheduler"],
            new Heun(), new Karras(), 20, 2, "order 2, EDM's; two network calls a step"),
        new(["dpm++1m", "dpmpp_1m"],
            new DpmSolverPlusPlus(1), new Karras(), 50, 1, "order 1; the same as ddim"),
        new(["dpm++2m", "dpmpp_2m", "sample_dpmpp_2m", "k_dpmpp_2m", "DPM++ 2M Karras", "DPMSolverMultistepScheduler",
                "EDMDPMSolverMultistepScheduler"],
            new DpmSolverPlusPlus(), new Karras(), 20, 1, "order 2 with one call a step; the best for few steps"),
        new(["dpm++3m", "dpmpp_3m"],
            new DpmSolverPlusPlus(3), new Karras(), 20, 1, "order 3 with one call a step"),
        new(["dpm++2m-sde", "dpmpp_2m_sde", "sample_dpmpp_2m_sde", "k_dpmpp_2m_sde", "DPM++ 2M SDE Karras"],
            new DpmSolverPlusPlus { Stochastic = true }, new Karras(), 30, 1, "dpm++2m with fresh noise in each step"),
        new(["dpm2m", "dpmsolver"],
            new DpmSolver(), new Karras(), 30, 1, "DPM-Solver of order 2 on the noise prediction"),
        new(["dpm3m", "dpmsolver3"],
            new DpmSolver(3), new Karras(), 30, 1, "DPM-Solver of order 3 on the noise prediction"),
        new(["probability-flow", "ode", "rk45", "dopri5", "ode_sampler"],
            new ProbabilityFlow(), new Trailing(), 1, 0, "the ODE to a tolerance (Dormand-Prince 5(4)): as many calls as that needs"),
        new(["rk4", "probability-flow-rk4"],
            new ProbabilityFlow { Solver = new FixedSteps(ButcherTableau.RungeKutta4) }, new Trailing(), 10, 4, "Runge-Kutta of order 4 on the ODE; four calls a step"),
        new(["reverse-sde", "euler-maruyama", "em"],
            new ReverseSde(), new Linspace(), 1000, 1, "Euler-Maruyama on the reverse SDE, in the path's time"),
        new(["reverse-diffusion"],
            new ReverseDiffusion(), new Linspace(), 1000, 1, "the reverse SDE in the forward process's own steps; score SDE's predictor"),
        new(["predictor-corrector", "pc"],
            new PredictorCorrector(), new Linspace(), 1000, 2, "score SDE's: reverse diffusion, and a Langevin step at each level"),
        new(["annealed-langevin", "ald", "ncsn"],
            new AnnealedLangevin(), new Exponential(), 232, 5, "NCSN's: Langevin steps at each of many levels"),
    ];

    /// <summary>The sampler with this name, or alias; case, spaces and dashes do not matter.</summary>
    /// <exception cref="ArgumentException">There is none; the message has the nearest name and all names.</exception>
    public static Sampler Find(string name) => FindRow(name).Sampler;

    /// <summary>The row with this name: the sampler, and what goes with it.</summary>
    /// <exception cref="ArgumentException">There is none; the message has the nearest name and all names.</exception>
    public static SamplerRow FindRow(string name) =>
        new NameTable<SamplerRow>("sampler", All.Select(row => (row.Names, row))).Find(name);
}
