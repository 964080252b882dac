using Brownian.Ode;

namespace Brownian.Samplers;

/// <summary>The settings of samplers by name, so that a file and a command line can say more of a method than which one it is.</summary>
public static class SamplerOptions
{
    /// <summary>The table.</summary>
    internal static IReadOnlyList<SamplerOption> All { get; } =
    [
        new("order", "the order of a multistep or single-step method", (sampler, value) => sampler switch
        {
            DpmMultistep solver => solver with { Order = Whole("order", value, 1, 3) },
            DpmSinglestep solver => solver with { Order = Whole("order", value, 1, 3) },
            LinearMultistep solver => solver with { Order = Whole("order", value, 1, 4) },
            UniPc solver => solver with { Order = Whole("order", value, 1, 4) },
            _ => null,
        }),
        new("eta", "the fraction of ancestral noise, 0 for none", (sampler, value) => sampler switch
        {
            Ddim method => method with { Eta = NotNegative("eta", value) },
            Dpm2 method => method with { Eta = NotNegative("eta", value) },
            DpmPlusPlus2S method => method with { Eta = NotNegative("eta", value) },
            DpmSde method => method with { Eta = NotNegative("eta", value) },
            RePaint method => method with { Eta = NotNegative("eta", value) },
            _ => null,
        }),
        new("gamma", "TCD's share of fresh noise, from 0 to 1", (sampler, value) => sampler is Tcd method ? method with { Gamma = Unit("gamma", value) } : null),
        new("churn", "EDM's S_churn: noise added before the steps", (sampler, value) => WithChurn(sampler, churn => churn with { Amount = NotNegative("churn", value) })),
        new("churn_from", "EDM's S_tmin: the smallest sigma/alpha with churn", (sampler, value) => WithChurn(sampler, churn => churn with { From = NotNegative("churn_from", value) })),
        new("churn_to", "EDM's S_tmax: the largest sigma/alpha with churn", (sampler, value) => WithChurn(sampler, churn => churn with { To = NotNegative("churn_to", value) })),
        new("noise_scale", "EDM's S_noise: the deviation of the noise that is added", (sampler, value) => sampler switch
        {
            DpmSde method => method with { NoiseScale = NotNegative("noise_scale", value) },
            MultistepConsistency method => method with { NoiseScale = NotNegative("noise_scale", value) },
            _ => WithChurn(sampler, churn => churn with { NoiseScale = NotNegative("noise_scale", value) }),
        }),
        new("snr", "the corrector's signal-to-noise ratio", (sampler, value) => WithCorrector(sampler, corrector => corrector with { SignalToNoise = Positive("snr", value) })),
        new("corrector_steps", "the corrector's steps at each level; 0 for no corrector", (sampler, value) => sampler is PredictorCorrector method && value == 0
            ? method with { Corrector = null }
            : WithCorrector(sampler, corrector => corrector with { Steps = Whole("corrector_steps", value, 0, int.MaxValue) })),
        new("stochasticity", "1 for the reverse SDE, 0 for the probability flow", (sampler, value) => sampler switch
        {
            SdeSampler method => method with { Stochasticity = NotNegative("stochasticity", value) },
            PredictorCorrector { Predictor: SdeSampler predictor } method => method with { Predictor = predictor with { Stochasticity = NotNegative("stochasticity", value) } },
            _ => null,
        }),
        new("step_size", "annealed Langevin's step at the last level, in squared data units", (sampler, value) =>
            sampler is AnnealedLangevin method ? method with { StepSize = Positive("step_size", value) } : null),
        new("steps_per_level", "annealed Langevin's steps at each level", (sampler, value) =>
            sampler is AnnealedLangevin method ? method with { StepsPerLevel = Whole("steps_per_level", value, 1, int.MaxValue) } : null),
        new("rtol", "the ODE solver's relative tolerance", (sampler, value) => WithTolerance(sampler, solver => solver with { RelativeTolerance = Positive("rtol", value) })),
        new("atol", "the ODE solver's absolute tolerance", (sampler, value) => WithTolerance(sampler, solver => solver with { AbsoluteTolerance = NotNegative("atol", value) })),
    ];

    /// <summary>The names of the settings that a sampler has.</summary>
    public static IReadOnlyList<string> Of(Sampler sampler) => [.. All.Where(option => Has(sampler, option)).Select(option => option.Name)];

    /// <summary>The sampler with these settings.</summary>
    /// <param name="sampler">The sampler.</param>
    /// <param name="values">Numbers by name; null for none.</param>
    /// <exception cref="ArgumentException">It has no such setting (the message has those that it has), or the number is out of range.</exception>
    public static Sampler Apply(Sampler sampler, SamplerSettings? values) =>
        (values ?? []).Aggregate(sampler, (method, value) => Set(method, NameOf(sampler), value.Key, value.Value));

    private static Sampler Set(Sampler sampler, string called, string name, double value)
    {
        var known = Of(sampler);
        var option = All.FirstOrDefault(row => row.Name == name.Replace('-', '_'));
        return option is not null && known.Contains(option.Name)
            ? option.Set(sampler, value)!
            : throw new ArgumentException(
                $"options: {called} has no setting '{name}'. "
                + (known.Count == 0 ? "It has none." : $"It has: {string.Join(", ", known)}."));
    }

    // A scheduler's file may describe one that has no name.
    private static string NameOf(Sampler sampler) => SamplerCatalog.All.FirstOrDefault(row => row.Sampler.Equals(sampler))?.Names[0] ?? "the sampler";

    // Every setting takes 1.
    private static bool Has(Sampler sampler, SamplerOption option) => option.Set(sampler, 1) is not null;

    // A record's "with" does not ask its constructor.
    private static int Whole(string name, double value, int least, int most) => value == Math.Floor(value) && value >= least && value <= most
        ? (int)value
        : throw Wrong(name, most == int.MaxValue ? $"a whole number of at least {least}" : $"a whole number from {least} to {most}", value);

    private static double Positive(string name, double value) => value > 0 ? value : throw Wrong(name, "more than 0", value);

    private static double NotNegative(string name, double value) => value >= 0 ? value : throw Wrong(name, "0 or more", value);

    private static double Unit(string name, double value) => value is >= 0 and <= 1 ? value : throw Wrong(name, "a number from 0 to 1", value);

    private static ArgumentException Wrong(string name, string expected, double value) =>
        new(FormattableString.Invariant($"options: expected {expected} for {name}; got {value}."));

    private static Sampler? WithChurn(Sampler sampler, Func<Churn, Churn> change) => sampler switch
    {
        Euler method => method with { Churn = change(method.Churn ?? new(0)) },
        Heun method => method with { Churn = change(method.Churn ?? new(0)) },
        Dpm2 method => method with { Churn = change(method.Churn ?? new(0)) },
        FlowSteps method => method with { Churn = change(method.Churn ?? new(0)) },
        _ => null,
    };

    private static PredictorCorrector? WithCorrector(Sampler sampler, Func<Corrector, Corrector> change) =>
        sampler is PredictorCorrector method ? method with { Corrector = change(method.Corrector ?? new LangevinCorrector()) } : null;

    private static ProbabilityFlow? WithTolerance(Sampler sampler, Func<AdaptiveSteps, AdaptiveSteps> change) =>
        sampler is ProbabilityFlow { Solver: AdaptiveSteps solver } method ? method with { Solver = change(solver) } : null;
}
