namespace Brownian.Spacing;

/// <summary>Every spacing by its names.</summary>
public static class SpacingCatalog
{
    /// <summary>The table, one row a spacing.</summary>
    public static IReadOnlyList<SpacingRow> All { get; } =
    [
        new(["trailing"], new Trailing(), "from the noisiest level down by equal parts of the time; the safe choice"),
        new(["leading"], new Leading(), "every n-th step from 0 on, as in the DDPM and DDIM papers; needs many steps"),
        new(["linspace"], new Linspace(), "evenly from the noisiest level to the cleanest"),
        new(["karras", "get_sigmas_karras"], new Karras(), "EDM's: short steps at low noise; good with few steps"),
        new(["karras-trailing"], new Karras { SkipLast = true }, "karras with clean data in place of the cleanest level: half as many steps visit every second level"),
        new(["exponential", "lu", "lambda", "polyexponential", "log-linear", "get_sigmas_exponential"], new Exponential(), "even steps of log(alpha/sigma)"),
        new(["beta"], new Beta(), "short steps at both ends"),
        new(["crash"], new Crash(), "v-diffusion's, for ipndm: short steps at both ends"),
        new(["flow-shift"], new FlowShift(3), "even shares of noise, shifted by 3 toward noise: flow matching of large images"),
        new(["vp-times", "vp"], new VpTimes(), "even steps of the VP path's time, on any path"),
        new(["iddpm-steps", "iddpm"], new IddpmSteps(), "evenly chosen steps of the cosine schedule, on any path"),
        new(["distilled", "lcm"], new Distilled(), "some of the times at which a model was distilled; for 1 to 8 steps"),
    ];

    /// <summary>The spacing with this name, or alias; case, spaces and dashes do not matter.</summary>
    /// <exception cref="ArgumentException">There is none; the message has the nearest name and all names.</exception>
    public static ISpacing Find(string name) => new NameTable<ISpacing>("spacing", All.Select(row => (row.Names, row.Spacing))).Find(name);
}
