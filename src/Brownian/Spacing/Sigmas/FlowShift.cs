using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>
/// Flow matching's spacing: the share of noise in (1 − s)·x0 + s·ε falls evenly and is then shifted toward noise, s → Shift·s/(1 + (Shift − 1)·s) (Esser
/// et al. 2024, eq. 23). On other paths the levels of the same σ/α are taken.
/// </summary>
/// <param name="Shift">1 for no shift; 3 for large images.</param>
public sealed record FlowShift(double Shift = 1) : ISpacing
{
    /// <summary>Where the schedule ends.</summary>
    public FinalLevel End { get; init; }

    /// <summary>The share where the schedule ends instead, in [0, 1); null for <see cref="End"/>.</summary>
    public double? EndShare { get; init; }

    /// <summary>The share at the first level, before the shift; null for the path's noisiest level.</summary>
    public double? Largest { get; init; }

    /// <summary>The share at the last point that is laid out, before the shift.</summary>
    public double Smallest { get; init; }

    /// <summary>Whether that last point is left out.</summary>
    public bool SkipLast { get; init; } = true;

    /// <summary>The shifted share is never above this: below 1 the data are not quite gone, and λ is finite.</summary>
    public double Bound { get; init; } = 1;

    /// <summary>After the shift the shares are stretched so that the last one laid out is this; null to leave them.</summary>
    public double? Terminal { get; init; }

    /// <summary>A spacing for the shares between the first and the last, made in them and not in σ/α; null for that of the shift.</summary>
    public RatioSpacing? Shape { get; init; }

    /// <summary>The network is told times that are rounded down to multiples of 1/Grid, like the steps of a table; null for exact ones.</summary>
    public double? Grid { get; init; }

    /// <summary>
    /// Shares are 1 less even signals, as diffusers' solvers compute them: where a time is a multiple of 1/<see cref="Grid"/> but for rounding, this decides which way
    /// it goes. For reproducing their numbers.
    /// </summary>
    internal bool FromSignal { get; init; }

    /// <inheritdoc/>
    public NoiseSchedule Levels(GaussianPath path, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        var parts = Math.Max(1, SkipLast ? steps : steps - 1);
        var largest = Largest ?? Unshifted(path.Noisiest.Sigma / (path.Noisiest.Alpha + path.Noisiest.Sigma));
        var shares = Enumerable.Range(0, steps).Select(i => Shifted(Share(i, largest, parts))).ToArray();
        var shrink = Terminal is { } last && shares[^1] < 1 ? (1 - shares[^1]) / (1 - last) : 1;
        var stretched = Array.ConvertAll(shares, share => shrink == 1 ? share : 1 - (1 - share) / shrink);
        var shaped = Shape?.Between(stretched[0], stretched[^1], steps) ?? stretched;
        var levels = shaped.Select(share => Level(path, Math.Clamp(share, 0, Bound)));
        return EndShare is { } end ? new(path, [.. levels, Level(path, end)]) : End.Finish(path, levels);
    }

    /// <summary>
    /// The logarithm of the shift for an image of so many tokens, "mu" (Flux, Black Forest Labs 2024): linear between two lengths.
    /// </summary>
    /// <param name="tokens">The number of tokens, patches of the latent.</param>
    /// <param name="baseTokens">The tokens at which μ is <paramref name="baseMu"/>.</param>
    /// <param name="maxTokens">The tokens at which μ is <paramref name="maxMu"/>.</param>
    /// <param name="baseMu">μ of small images.</param>
    /// <param name="maxMu">μ of large images.</param>
    public static double Mu(int tokens, int baseTokens = 256, int maxTokens = 4096, double baseMu = 0.5, double maxMu = 1.15) =>
        baseMu + (maxMu - baseMu) * (tokens - baseTokens) / (maxTokens - baseTokens);

    private double Share(int i, double largest, int parts) => FromSignal && i > 0
        ? 1 - (1 + (parts - i) * ((Smallest - largest) / parts))
        : largest + i * ((Smallest - largest) / parts);

    private double Shifted(double share) => Shift * share / (1 + (Shift - 1) * share);

    private double Unshifted(double share) => share / (Shift - (Shift - 1) * share);

    private NoiseLevel Level(GaussianPath path, double share)
    {
        var level = path is RectifiedFlow ? path.At(share) : path.AtNoiseToSignal(share / (1 - share));
        return Grid is { } grid ? level with { Time = Math.Floor(level.Time * grid) / grid } : level;
    }
}
