using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>
/// Files with cases of diffusers' schedulers: sampling loops, lists of timesteps and σ, tables of β, single numbers, the loops of diffusers' own
/// tests, and errors against a closed form. A scheduler that is not implemented is unsupported. Slices of pipelines are passed over: they need
/// weights that the files do not hold.
/// </summary>
public sealed class SchedulerCases : IGoldenKind
{
    /// <summary>The sections of such files, each with what runs one row of it.</summary>
    private static readonly Dictionary<string, Func<JsonElement, SchedulerCase>> Sections = new(StringComparer.Ordinal)
    {
        ["tests"] = SchedulerTests.Row,
        ["exact_timestep_checks"] = SchedulerRules.Row,
        ["noise_schedules"] = SchedulerTables.NoiseSchedule,
        ["timesteps"] = SchedulerTables.Timesteps,
        ["sigma_schedules"] = SchedulerTables.SigmaSchedule,
        ["loops"] = SchedulerLoops.Loop,
        ["ddpm_learned_range"] = SchedulerLoops.LearnedRange,
        ["unclip_learned_range"] = SchedulerSections.UnClip,
        ["repaint"] = SchedulerSections.RePaint,
        ["score_sde_ve"] = SchedulerSections.ScoreSde,
        ["scalar_checks"] = SchedulerScalars.Row,
        ["rows"] = AnalyticRows.Row,
    };

    /// <inheritdoc/>
    public bool Handles(GoldenFile file) => !file.IsCase && file.Json.ValueKind == JsonValueKind.Object
        && file.Json.EnumerateObject().Any(section => Sections.ContainsKey(section.Name) && Rows(section.Value).Any(LooksRight));

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(GoldenFile file)
    {
        var source = Path.GetFileNameWithoutExtension(file.Path);
        return file.Json.EnumerateObject()
            .Where(section => Sections.ContainsKey(section.Name))
            .SelectMany(section => Rows(section.Value).Select((row, i) => Run(Sections[section.Name], row, $"{source}/{section.Name}[{i}]")));
    }

    private static CaseResult Run(Func<JsonElement, SchedulerCase> section, JsonElement row, string name)
    {
        var kind = "scheduler";
        using var scope = NewDisposeScope();
        try
        {
            var found = section(row);
            (name, kind) = ($"{name} {found.Title}", found.Kind);
            if (found.Compare is not { } compare)
            {
                return CaseResult.Unsupported(name, kind, "the scheduler is not implemented");
            }

            var comparison = new Comparison();
            compare(comparison);
            return comparison.Result(name, kind);
        }
        catch (NotSupportedException error)
        {
            return CaseResult.Unsupported(name, kind, error.Message.ReplaceLineEndings(" "));
        }
        catch (Exception error) when (CaseFault.Is(error))
        {
            return CaseResult.Failed(name, kind, error.Message.ReplaceLineEndings(" "));
        }
    }

    private static IEnumerable<JsonElement> Rows(JsonElement section) => section.ValueKind switch
    {
        JsonValueKind.Array => section.EnumerateArray(),
        JsonValueKind.Object => [section],
        _ => [],
    };

    // Other JSON files may have a section of such a name.
    private static bool LooksRight(JsonElement row) => row.ValueKind == JsonValueKind.Object
        && (row.TryGetProperty("scheduler", out _) || row.TryGetProperty("alphas_cumprod", out _)
            || row.TryGetProperty("what", out _) || row.TryGetProperty("sum_abs", out _));
}
