using Brownian.Ode;
using Brownian.Spacing;

namespace Brownian.Samplers;

/// <summary>Every sampler by its names.</summary>
public static class SamplerCatalog
{
    /// <summary>The table, one row a sampler.</summary>
    public static IReadOnlyList<SamplerRow> All { get; } =
    [
        new(["ancestral", "ddpm", "DDPMScheduler", "DDPMParallelScheduler", "UnCLIPScheduler"],
            new Ancestral(), new Leading(), 1000, 1, "DDPM's own: stochastic, needs hundreds of steps"),
        new(["ddim", "DDIMScheduler", "DDIMParallelScheduler"],
            new Ddim(), new Trailing(), 50, 1, "deterministic, order 1; eta adds noise"),
        new(["euler", "sample_euler", "k_euler", "EulerDiscreteScheduler", "EDMEulerScheduler", "FlowMatchEulerDiscreteScheduler"],
            new Euler(), new Karras(), 50, 1, "order 1 in sigma/alpha; the same as ddim without churn"),
        new(["heun", "sample_heun", "k_heun", "edm", "HeunDiscreteScheduler", "KarrasVeScheduler"],
            new Heun(), new Karras(), 20, 2, "order 2, EDM's; two network calls a step"),
        new(["dpm++1m", "dpmpp_1m"],
            new DpmSolverPlusPlus(1), new Karras(), 50, 1, "order 1; the same as ddim"),
        new(["dpm++2m", "dpmpp_2m", "sample_dpmpp_2m", "k_dpmpp_2m", "DPM++ 2M Karras", "DPM++ 2M Exponential", "DPMSolverMultistepScheduler",
                "EDMDPMSolverMultistepScheduler"],
            new DpmSolverPlusPlus(), new Karras(), 20, 1, "order 2 with one call a step; the best for few steps"),
        new(["dpm++3m", "dpmpp_3m"],
            new DpmSolverPlusPlus(3), new Karras(), 20, 1, "order 3 with one call a step"),
        new(["dpm++2m-sde", "dpmpp_2m_sde", "sample_dpmpp_2m_sde", "k_dpmpp_2m_sde", "DPM++ 2M SDE Karras", "DPM++ 2M SDE Exponential"],
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
        new(["predictor-corrector", "pc", "ScoreSdeVeScheduler"],
            new PredictorCorrector(), new Linspace(), 1000, 2, "score SDE's: reverse diffusion, and a Langevin step at each level"),
        new(["annealed-langevin", "ald", "ncsn"],
            new AnnealedLangevin(), new Exponential(), 232, 5, "NCSN's: Langevin steps at each of many levels"),
        new(["dpm++2m-sde-heun", "dpmpp_2m_sde_heun", "DPM++ 2M SDE Heun Karras", "DPM++ 2M SDE Heun Exponential"],
            new DpmSolverPlusPlus { Stochastic = true, SecondOrder = SecondOrder.Heun }, new Karras(), 30, 1,
            "dpm++2m-sde with the exact integral of the slope"),
        new(["dpm++3m-sde", "dpmpp_3m_sde", "sample_dpmpp_3m_sde", "k_dpmpp_3m_sde", "DPM++ 3M SDE Karras", "DPM++ 3M SDE Exponential"],
            new DpmSolverPlusPlus(3) { Stochastic = true }, new Exponential(), 30, 1, "dpm++3m with fresh noise in each step"),
        new(["euler-a", "euler-ancestral", "sample_euler_ancestral", "k_euler_a", "k_euler_ancestral", "EulerAncestralDiscreteScheduler"],
            new Ddim(1), new Karras(), 40, 1, "order 1 with fresh noise in each step; the same as ddim with eta 1"),
        new(["dpm2", "sample_dpm_2", "k_dpm_2", "DPM2 Karras", "KDPM2DiscreteScheduler"],
            new Dpm2(), new Karras(), 20, 2, "order 2, midpoint in log(sigma); two network calls a step"),
        new(["dpm2-a", "dpm2-ancestral", "sample_dpm_2_ancestral", "k_dpm_2_a", "k_dpm_2_ancestral", "DPM2 a Karras",
                "KDPM2AncestralDiscreteScheduler"],
            new Dpm2(1), new Karras(), 20, 2, "dpm2 with fresh noise in each step"),
        new(["lms", "sample_lms", "k_lms", "LMS Karras", "LMSDiscreteScheduler"],
            new LinearMultistep(), new Karras(), 30, 1, "order 4 in sigma/alpha with one call a step; wants many steps"),
        new(["pndm", "PNDMScheduler"],
            new Pndm(), new Trailing(), 30, 1, "order 2, DDIM along an extrapolated slope; three Runge-Kutta steps first", ExtraCalls: 9),
        new(["plms", "pndm-skip-prk"],
            new Pndm(PndmStart.Heun), new Trailing(), 30, 1, "pndm with one step of two calls first; latent diffusion's default", ExtraCalls: 1),
        new(["ipndm", "IPNDMScheduler"],
            new Pndm(PndmStart.None), new Trailing(), 30, 1, "pndm with no extra calls"),
        new(["deis", "tab3", "DEISMultistepScheduler"],
            new DpmSolver(3) { SecondOrder = SecondOrder.Heun }, new Karras(), 20, 1,
            "order 3 in log(sigma/alpha), tAB3 of the paper; the same as dpm3m with exact slopes"),
        new(["dpm++2s", "dpmpp_2s", "dpm++2s-single", "DPMSolverSinglestepScheduler"],
            new DpmSinglestep(), new Exponential(), 20, 1, "single-step dpm++ of order 2: blocks of two steps"),
        new(["dpm++3s", "dpmpp_3s"],
            new DpmSinglestep(3) { SecondOrder = SecondOrder.Heun }, new Exponential(), 21, 1, "single-step dpm++ of order 3: blocks of three steps"),
        new(["dpm2s", "dpmsolver2s"],
            new DpmSinglestep(2, DpmPrediction.Noise), new Exponential(), 20, 1, "single-step DPM-Solver of order 2 on the noise prediction"),
        new(["dpm3s", "dpmsolver3s"],
            new DpmSinglestep(3, DpmPrediction.Noise) { SecondOrder = SecondOrder.Heun }, new Exponential(), 21, 1,
            "single-step DPM-Solver of order 3 on the noise prediction"),
        new(["dpm++2s-a", "dpmpp_2s_a", "dpmpp_2s_ancestral", "sample_dpmpp_2s_ancestral", "k_dpmpp_2s_a", "DPM++ 2S a Karras"],
            new DpmPlusPlus2S(1), new Karras(), 20, 2, "dpm++ of order 2 with fresh noise in each step; two network calls a step"),
        new(["dpm++sde", "dpmpp_sde", "sample_dpmpp_sde", "k_dpmpp_sde", "DPM++ SDE Karras", "DPMSolverSDEScheduler"],
            new DpmSde(), new Karras(), 15, 2, "dpm++ on the reverse SDE; two network calls a step, good with few"),
        new(["unipc", "unipc-bh2", "UniPCMultistepScheduler"],
            new UniPc(), new Karras(), 20, 1, "order 3 with one call a step: a predictor and a corrector"),
        new(["unipc-bh1"],
            new UniPc { Scale = UniPcScale.H }, new Karras(), 20, 1, "unipc with B(h) = h"),
        new(["unipc3"],
            new UniPc(3), new Karras(), 20, 1, "unipc of order 4; without guidance"),
        new(["sa-solver", "SASolverScheduler"],
            new SaSolver(), new Karras(), 30, 1, "stochastic Adams: noise in the middle of the run, corrected"),
        new(["consistency", "multistep-consistency", "cm", "sample_consistency", "CMStochasticIterativeScheduler"],
            new MultistepConsistency(), new Karras { SkipLast = true }, 2, 1, "for consistency models: one step, or noised anew for a few more"),
        new(["flow-steps", "edm-ablation"],
            new FlowSteps(), new Karras(), 20, 2, "order 2 in the path's own time, with churn; EDM's ablation"),
        new(["lcm", "sample_lcm", "k_lcm", "LCMScheduler"],
            new MultistepConsistency { Boundary = new() }, new Distilled(), 4, 1, "the same for latent consistency models"),
        new(["tcd", "TCDScheduler"],
            new Tcd(), new Distilled(), 4, 1, "trajectory consistency: less noise than lcm, better with more steps"),
        new(["ddim-inverse", "DDIMInverseScheduler"],
            new DdimInverse(), new Reversed(new Trailing()), 50, 1, "from an image to its latent, ddim backwards"),
        new(["repaint", "RePaintScheduler"],
            new RePaint(), new Jumps(new Trailing()), 250, 1, "inpainting with jumps back up the levels; ddpm if nothing is known"),
        new(["heun-flow", "FlowMatchHeunDiscreteScheduler"],
            new ProbabilityFlow { Solver = new FixedSteps(ButcherTableau.Heun) }, new Trailing(), 20, 2, "heun in sigma/(alpha + sigma); flow matching's"),
    ];

    /// <summary>The sampler with this name, or alias; case, spaces and dashes do not matter.</summary>
    /// <exception cref="ArgumentException">There is none; the message has the nearest name and all names.</exception>
    public static Sampler Find(string name) => FindRow(name).Sampler;

    /// <summary>The row with this name: the sampler, and what goes with it.</summary>
    /// <exception cref="ArgumentException">There is none; the message has the nearest name and all names.</exception>
    public static SamplerRow FindRow(string name) =>
        new NameTable<SamplerRow>("sampler", All.Select(row => (row.Names, row))).Find(name);
}
