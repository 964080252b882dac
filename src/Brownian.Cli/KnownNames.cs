namespace Brownian.Cli;

/// <summary>
/// Names for help pages and completion, which must not wait for libtorch: the library's catalogs cannot be asked. A test compares them.
/// </summary>
internal static class KnownNames
{
    public static readonly string[] Samplers =
    [
        "ancestral", "ancestral-learned", "ddim", "euler", "heun", "dpm++1m", "dpm++2m", "dpm++3m", "dpm++2m-sde", "dpm2m", "dpm3m",
        "binomial", "probability-flow", "rk4",
        "reverse-sde", "reverse-diffusion", "predictor-corrector", "annealed-langevin", "dpm++2m-sde-heun", "dpm++3m-sde", "euler-a",
        "dpm2", "dpm2-a", "lms", "pndm", "plms", "ipndm", "deis", "dpm++2s", "dpm++3s", "dpm2s", "dpm3s", "dpm++2s-a", "dpm++sde", "unipc",
        "unipc-bh1", "unipc3", "sa-solver", "consistency", "flow-steps", "lcm", "tcd", "ddim-inverse", "repaint", "heun-flow",
    ];

    public static readonly string[] Spacings =
    [
        "trailing", "leading", "linspace", "karras", "karras-trailing", "exponential", "beta", "crash", "flow-shift", "vp-times", "iddpm-steps",
        "distilled",
    ];

    public static readonly string[] Presets = ["tiny", "mnist", "cifar", "cifar-ddpm", "64", "128"];

    public static readonly string[] Families = ["ddpm", "iddpm", "ncsn", "ncsnv2", "ve", "vp", "subvp", "edm", "flow", "diffusion2015", "binomial2015", "consistency"];

    public static readonly string[] Distillations = ["consistency", "progressive"];

    public static readonly string[] Toys = ["moons", "swissroll", "checkerboard", "mixture"];

    public static readonly string[] ToyFamilies = ["ddpm", "ncsn", "vp", "subvp", "ve", "edm", "flow", "diffusion2015"];

    public static readonly string[] Data = ["builtin:strokes", "builtin:scenes", "mnist", "fashion-mnist", "cifar10"];
}
