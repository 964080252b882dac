using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Brownian.Checkpoints;

/// <summary>A diffusers scheduler's configuration with the defaults of its class.</summary>
internal sealed class DiffusersSchedulerConfig
{
    /// <summary>Stable Audio's.</summary>
    private const string Cosine = "CosineDPMSolverMultistepScheduler";

    private static readonly JsonObject Beta = Parse("""
        {"num_train_timesteps": 1000, "beta_start": 0.0001, "beta_end": 0.02, "beta_schedule": "linear", "trained_betas": null,
         "prediction_type": "epsilon", "steps_offset": 0, "rescale_betas_zero_snr": false}
        """);

    private static readonly JsonObject Clipping = Parse("""
        {"clip_sample": true, "clip_sample_range": 1.0, "thresholding": false, "dynamic_thresholding_ratio": 0.995, "sample_max_value": 1.0}
        """);

    private static readonly JsonObject SigmaSpacing = Parse("""
        {"use_karras_sigmas": false, "use_exponential_sigmas": false, "use_beta_sigmas": false, "timestep_spacing": "linspace"}
        """);

    private static readonly JsonObject Solver = Parse("""
        {"solver_order": 2, "algorithm_type": "dpmsolver++", "solver_type": "midpoint", "lower_order_final": true, "euler_at_final": false,
         "final_sigmas_type": "zero", "thresholding": false, "dynamic_thresholding_ratio": 0.995, "sample_max_value": 1.0, "variance_type": null}
        """);

    private static readonly JsonObject KDiffusion = Parse("""{"beta_start": 0.00085, "beta_end": 0.012}""");

    private static readonly JsonObject Flow = Parse("""{"use_flow_sigmas": false, "flow_shift": 1.0, "use_dynamic_shifting": false, "time_shift_type": "exponential"}""");

    private static readonly JsonObject Edm = Parse("""
        {"sigma_min": 0.002, "sigma_max": 80.0, "sigma_data": 0.5, "sigma_schedule": "karras", "num_train_timesteps": 1000,
         "prediction_type": "epsilon", "rho": 7.0, "final_sigmas_type": "zero"}
        """);

    private static readonly JsonObject Ddpm = Merge(Beta, Clipping, Parse("""{"variance_type": "fixed_small", "timestep_spacing": "leading"}"""));

    private static readonly JsonObject Ddim = Merge(Beta, Clipping, Parse("""{"set_alpha_to_one": true, "timestep_spacing": "leading"}"""));

    private static readonly JsonObject Distilled = Merge(Ddim, Parse("""
        {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": false, "original_inference_steps": 50,
         "timestep_scaling": 10.0}
        """));

    /// <summary>The defaults of every class that can be read.</summary>
    private static readonly Dictionary<string, JsonObject> Defaults = new(StringComparer.Ordinal)
    {
        ["DDPMScheduler"] = Ddpm,
        ["DDPMParallelScheduler"] = Ddpm,
        ["DDIMScheduler"] = Ddim,
        ["DDIMParallelScheduler"] = Ddim,
        ["EulerDiscreteScheduler"] = Merge(Beta, SigmaSpacing, Parse("""
            {"interpolation_type": "linear", "sigma_min": null, "sigma_max": null, "timestep_type": "discrete", "final_sigmas_type": "zero"}
            """)),
        ["HeunDiscreteScheduler"] = Merge(Beta, SigmaSpacing, Parse("""
            {"beta_start": 0.00085, "beta_end": 0.012, "clip_sample": false, "clip_sample_range": 1.0}
            """)),
        ["DPMSolverMultistepScheduler"] = Merge(Beta, SigmaSpacing, Solver, Parse("""
            {"use_lu_lambdas": false, "use_flow_sigmas": false, "flow_shift": 1.0, "use_dynamic_shifting": false, "time_shift_type": "exponential",
             "lambda_min_clipped": "-inf"}
            """)),
        ["EulerAncestralDiscreteScheduler"] = Merge(Beta, Parse("""{"timestep_spacing": "linspace"}""")),
        ["LMSDiscreteScheduler"] = Merge(Beta, SigmaSpacing),
        ["KDPM2DiscreteScheduler"] = Merge(Beta, SigmaSpacing, KDiffusion),
        ["KDPM2AncestralDiscreteScheduler"] = Merge(Beta, SigmaSpacing, KDiffusion),
        ["DPMSolverSDEScheduler"] = Merge(Beta, SigmaSpacing, KDiffusion, Parse("""{"noise_sampler_seed": null}""")),
        ["PNDMScheduler"] = Merge(Beta, Parse("""{"skip_prk_steps": false, "set_alpha_to_one": false, "timestep_spacing": "leading"}""")),
        ["IPNDMScheduler"] = Parse("""{"num_train_timesteps": 1000, "trained_betas": null, "prediction_type": "v_prediction"}"""),
        ["DPMSolverSinglestepScheduler"] = Merge(Beta, SigmaSpacing, Solver, Flow, Parse("""{"lower_order_final": false, "lambda_min_clipped": "-inf"}""")),
        ["UniPCMultistepScheduler"] = Merge(Beta, SigmaSpacing, Solver, Flow, Parse("""
            {"algorithm_type": null, "solver_type": "bh2", "predict_x0": true, "disable_corrector": [], "solver_p": null, "sigma_min": null,
             "sigma_max": null, "shift_terminal": null}
            """)),
        ["DEISMultistepScheduler"] = Merge(Beta, SigmaSpacing, Solver, Flow, Parse("""{"algorithm_type": "deis", "solver_type": "logrho"}""")),
        ["SASolverScheduler"] = Merge(Beta, SigmaSpacing, Flow, Parse("""
            {"predictor_order": 2, "corrector_order": 2, "tau_func": null, "thresholding": false, "dynamic_thresholding_ratio": 0.995,
             "sample_max_value": 1.0, "algorithm_type": "data_prediction", "lower_order_final": true, "lambda_min_clipped": "-inf", "variance_type": null}
            """)),
        ["DPMSolverMultistepInverseScheduler"] = Merge(Beta, SigmaSpacing, Solver, Flow, Parse("""{"lambda_min_clipped": "-inf"}""")),
        ["EDMEulerScheduler"] = Edm,
        ["EDMDPMSolverMultistepScheduler"] = Merge(Edm, Solver),
        [Cosine] = Merge(Edm, Solver, Parse("""
            {"sigma_min": 0.3, "sigma_max": 500.0, "sigma_data": 1.0, "sigma_schedule": "exponential", "prediction_type": "v_prediction",
             "algorithm_type": "sde-dpmsolver++"}
            """)),
        ["DDIMInverseScheduler"] = Ddim,
        ["LCMScheduler"] = Distilled,
        ["TCDScheduler"] = Distilled,
        ["UnCLIPScheduler"] = Merge(Beta, Clipping, Parse("""{"variance_type": "fixed_small_log", "beta_schedule": "squaredcos_cap_v2"}""")),
        ["RePaintScheduler"] = Merge(Beta, Clipping, Parse("""{"eta": 0.0}""")),
        ["CMStochasticIterativeScheduler"] = Parse("""
            {"num_train_timesteps": 40, "sigma_min": 0.002, "sigma_max": 80.0, "sigma_data": 0.5, "s_noise": 1.0, "rho": 7.0, "clip_denoised": true}
            """),
        ["ScoreSdeVeScheduler"] = Parse("""
            {"num_train_timesteps": 2000, "snr": 0.15, "sigma_min": 0.01, "sigma_max": 1348.0, "sampling_eps": 1e-5, "correct_steps": 1}
            """),
        ["ScoreSdeVpScheduler"] = Parse("""{"num_train_timesteps": 2000, "beta_min": 0.1, "beta_max": 20.0, "sampling_eps": 1e-3}"""),
        ["KarrasVeScheduler"] = Parse("""
            {"sigma_min": 0.02, "sigma_max": 100, "s_noise": 1.007, "s_churn": 80, "s_min": 0.05, "s_max": 50}
            """),
        ["FlowMatchEulerDiscreteScheduler"] = Parse("""
            {"num_train_timesteps": 1000, "shift": 1.0, "use_dynamic_shifting": false, "base_shift": 0.5, "max_shift": 1.15, "base_image_seq_len": 256,
             "max_image_seq_len": 4096, "invert_sigmas": false, "shift_terminal": null, "use_karras_sigmas": false, "use_exponential_sigmas": false,
             "use_beta_sigmas": false, "time_shift_type": "exponential", "stochastic_sampling": false}
            """),
        ["FlowMatchHeunDiscreteScheduler"] = Parse("""{"num_train_timesteps": 1000, "shift": 1.0}"""),
    };

    private readonly JsonObject json;

    /// <summary>Fills in the defaults.</summary>
    /// <exception cref="NotSupportedException">The class is not one that can be read.</exception>
    public DiffusersSchedulerConfig(string className, JsonObject config)
    {
        ClassName = className;
        json = Defaults.TryGetValue(className, out var defaults)
            ? Merge(defaults, config)
            : throw new NotSupportedException(
                $"scheduler: '{className}' cannot be read yet. There are: {string.Join(", ", Defaults.Keys.Order(StringComparer.Ordinal))}.");
    }

    /// <summary>The scheduler's class.</summary>
    public string ClassName { get; }

    /// <summary>Whether it is one of EDM's or preconditioned like them; they have no table.</summary>
    public bool IsEdm => TellsAngle || ClassName.StartsWith("EDM", StringComparison.Ordinal);

    /// <summary>Whether its network is told atan(σ) and not log(σ).</summary>
    public bool TellsAngle => ClassName == Cosine;

    /// <summary>Whether it is one of those that came from k-diffusion, which keep x/α.</summary>
    public bool KeepsRatio => ClassName is "EulerDiscreteScheduler" or "EulerAncestralDiscreteScheduler" or "HeunDiscreteScheduler"
        or "LMSDiscreteScheduler" or "KDPM2DiscreteScheduler" or "KDPM2AncestralDiscreteScheduler" or "DPMSolverSDEScheduler";

    /// <summary>Whether there is such a class.</summary>
    public static bool Knows(string className) => Defaults.ContainsKey(className);

    /// <summary>The whole configuration, with its defaults.</summary>
    public JsonObject ToJson() => Merge(json, new() { ["_class_name"] = ClassName });

    /// <summary>A list of whole numbers; empty if it is not given.</summary>
    public int[] Ints(string name) => json[name] is JsonArray array ? [.. array.Select(n => n!.GetValue<int>())] : [];

    public bool Has(string name) => json[name] is not null;

    public string Text(string name) => Read<string>(name, "a text");

    public bool Flag(string name) => Has(name) && Read<bool>(name, "true or false");

    public int Int(string name) => (int)Number(name);

    public double? Optional(string name) => Has(name) ? Number(name) : null;

    /// <summary>A number; also one that Python writes as "-inf".</summary>
    public double Number(string name)
    {
        if (json[name] is JsonValue value && value.TryGetValue(out string? text))
        {
            return text is "-inf" or "-Infinity" or "-float('inf')" ? double.NegativeInfinity
                : text is "inf" or "Infinity" or "float('inf')" ? double.PositiveInfinity
                : double.Parse(text, CultureInfo.InvariantCulture);
        }

        return Read<double>(name, "a number");
    }

    /// <summary>A list of numbers; null if it is not given.</summary>
    public float[]? Numbers(string name) => json[name] is JsonArray array
        ? [.. array.Select(n => n is JsonValue value && value.TryGetValue(out double number) ? (float)number : throw new FormatException(
            $"{ClassName}: expected numbers for {name}; got {array.ToJsonString()}."))]
        : null;

    /// <summary>An error for a setting that cannot be read.</summary>
    public FormatException Unknown(string name, string known) =>
        new($"{ClassName}: {name} '{json[name]}' is not known; known are {known}.");

    private T Read<T>(string name, string what) =>
        json[name] is JsonValue value && value.TryGetValue(out T? found) && found is not null
            ? found
            : throw new FormatException($"{ClassName}: expected {what} for {name}; got {json[name]?.ToJsonString() ?? "nothing"}.");

    private static JsonObject Parse(string text) => JsonNode.Parse(text)!.AsObject();

    private static JsonObject Merge(params ReadOnlySpan<JsonObject> parts)
    {
        var merged = new JsonObject();
        foreach (var part in parts)
        {
            foreach (var (name, value) in part)
            {
                // Read back from text, so that 1 and 1.0 are both numbers of any kind.
                merged[name] = value is null ? null : JsonNode.Parse(value.ToJsonString());
            }
        }

        return merged;
    }
}
