using System.Text.Json;
using System.Text.Json.Nodes;
using Brownian.Checkpoints;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>Tables of β and ᾱ, timesteps, and σ.</summary>
internal static class SchedulerTables
{
    /// <summary>Three units in the last place of float32: libtorch's versions differ by so much in linspace and its square.</summary>
    private const double Rounding = 3.6e-7;

    /// <summary>Of stretched tables, which are differences of numbers near 1, and near the end quotients of numbers near 0.</summary>
    private const double StretchedAbsolute = 1e-6, StretchedRelative = 3e-5;

    public static SchedulerCase NoiseSchedule(JsonElement row)
    {
        var title = $"{row.GetProperty("schedule").GetString()}{(Rescaled(row) ? " zero-snr" : "")}";
        return new($"betas {title}", "noise schedule", comparison => Compare(comparison, row));
    }

    public static SchedulerCase Timesteps(JsonElement row)
    {
        var spacing = row.GetProperty("timestep_spacing").GetString()!;
        return SchedulerCase.Of(
            row.GetProperty("scheduler").GetString()!, $"{spacing} N={row.GetProperty("N")}", row, "timesteps", CompareTimesteps);
    }

    public static SchedulerCase SigmaSchedule(JsonElement row) => SchedulerCase.Of(
        row.GetProperty("scheduler").GetString()!, row.GetProperty("option").GetString()!, row, "sigmas", CompareSigmas);

    private static bool Rescaled(JsonElement row) =>
        row.TryGetProperty("rescale_betas_zero_snr", out var value) && value.ValueKind == JsonValueKind.True;

    private static void Compare(Comparison comparison, JsonElement row)
    {
        var config = SchedulerCase.Config(row);
        config["rescale_betas_zero_snr"] = Rescaled(row);
        var path = (DiscretePath)DiffusersScheduler.Read("DDPMScheduler", config).Path;
        var betas = path.Betas.Betas(path.Count).data<float>().ToArray();
        var alphaBars = Enumerable.Range(0, path.Count).Select(path.AlphaBar).ToArray();
        var index = row.GetProperty("index").EnumerateArray().Select(i => i.GetInt32()).ToArray();
        Lists("betas", i => betas[i]);
        Lists("alphas_cumprod", i => alphaBars[i]);
        Sum("sum_betas", betas);
        Sum("sum_alphas_cumprod", alphaBars);

        void Lists(string field, Func<int, double> ours) => SchedulerTimes.Lists(
            comparison, field, [.. index.Select(ours)], SchedulerCase.Numbers(row, field),
            golden => Rescaled(row) ? StretchedAbsolute + StretchedRelative * Math.Abs(golden) : Rounding * Math.Abs(golden));

        void Sum(string field, float[] ours)
        {
            if (row.TryGetProperty(field, out var golden))
            {
                comparison.Number(field, ours.Sum(v => (double)v), golden.GetDouble(), (Rescaled(row) ? StretchedRelative : Rounding) * golden.GetDouble());
            }
        }
    }

    private static void CompareTimesteps(Comparison comparison, JsonElement row)
    {
        var config = SchedulerCase.Config(row);
        foreach (var field in new[] { "timestep_spacing", "steps_offset" })
        {
            if (row.TryGetProperty(field, out var value) && !value.ToString().StartsWith('('))
            {
                config[field] = JsonNode.Parse(value.GetRawText());
            }
        }

        if (row.GetProperty("scheduler").GetString() == "PNDMScheduler")
        {
            // The lists of this section were made without Runge-Kutta steps; its rows do not say so.
            config["skip_prk_steps"] = true;
        }

        Compare(comparison, row, config);
    }

    private static void CompareSigmas(Comparison comparison, JsonElement row)
    {
        var config = row.TryGetProperty("config", out var text) && text.ValueKind == JsonValueKind.String ? Named(text.GetString()!) : SchedulerCase.Config(row);
        var option = row.GetProperty("option").GetString()!;
        foreach (var part in option.Split([' ', ',', ';', '+', '&'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is [var name, var setting])
            {
                config[name] = double.TryParse(setting, out var number) ? number : bool.TryParse(setting, out var flag) ? flag : setting;
            }
            else if (part != "default")
            {
                config[part] = true;
            }
        }

        // Flow matching's shift by the size of the image is an argument of set_timesteps.
        if (row.TryGetProperty("mu", out var mu) && mu.ValueKind == JsonValueKind.Number)
        {
            config["mu"] = mu.GetDouble();
        }

        Compare(comparison, row, config);
    }

    private static void Compare(Comparison comparison, JsonElement row, JsonObject config)
    {
        var scheduler = DiffusersScheduler.Read(row.GetProperty("scheduler").GetString()!, config, asDiffusers: true);
        var schedule = scheduler.Spacing.Levels(scheduler.Path, row.GetProperty("N").GetInt32());
        SchedulerTimes.Compare(comparison, scheduler, schedule, SchedulerCase.Numbers(row, "timesteps"));
        if (row.TryGetProperty("sigmas", out _))
        {
            // float32 tables; the last of a chain of float32 operations.
            SchedulerTimes.Lists(comparison, "sigmas", SchedulerTimes.Sigmas(scheduler, schedule, row.GetProperty("N").GetInt32()), SchedulerCase.Numbers(row, "sigmas"), s => 2e-6 * (s + 1e-3));
        }

        if (row.TryGetProperty("discrete_sigmas", out _))
        {
            var ladder = (VarianceExploding)scheduler.Path;
            var table = new SigmaTable(ladder.SigmaMax, ladder.SigmaMin, schedule.Steps);
            SchedulerTimes.Lists(
                comparison, "discrete_sigmas", [.. Enumerable.Range(0, table.Count).Select(rung => table.At(rung).Sigma)],
                SchedulerCase.Numbers(row, "discrete_sigmas"), s => 2e-6 * (s + 1e-3));
        }

        if (row.TryGetProperty("init_noise_sigma", out var start))
        {
            comparison.Number("init_noise_sigma", scheduler.InitNoiseSigma(schedule), start.GetDouble(), 1e-6 * start.GetDouble());
        }
    }

    /// <summary>Settings written as "scaled_linear 0.00085..0.012".</summary>
    private static JsonObject Named(string text)
    {
        var parts = text.Split([" ", ".."], StringSplitOptions.RemoveEmptyEntries);
        return parts is [var shape, var start, var end]
            ? new() { ["beta_schedule"] = shape, ["beta_start"] = double.Parse(start), ["beta_end"] = double.Parse(end) }
            : throw new FormatException($"expected settings like 'linear 0.0001..0.02'; got '{text}'");
    }
}
