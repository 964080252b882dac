using System.Text.Json;
using Brownian.Training;

namespace Brownian.Cli.Trainings;

/// <summary>What the command line says about a training, as layers of a configuration.</summary>
internal sealed record TrainingWish
{
    public string? Data { get; init; }

    public string? DataFolder { get; init; }

    public string? Preset { get; init; }

    public string? Family { get; init; }

    public string? ConfigPath { get; init; }

    public IReadOnlyList<string> Settings { get; init; } = [];

    public int? Steps { get; init; }

    public double? Minutes { get; init; }

    public long? Images { get; init; }

    public ulong? Seed { get; init; }

    public string? Precision { get; init; }

    /// <summary>The configuration of a new run.</summary>
    /// <exception cref="UsageException">Something in it is wrong.</exception>
    public TrainingConfig Config() => UsageException.When(() =>
    {
        var yaml = ConfigPath is null ? null : File.ReadAllText(UsageException.Existing("--config", ConfigPath));
        var settings = Assignments();
        _ = Family is null ? null : Families.Text(Family);
        var preset = Preset ?? (yaml is null ? UsualPreset(settings) : null);
        return Loaded(() => ConfigFile.Load(preset, yaml, settings, Family));
    });

    /// <summary>Everything that was said, as assignments, the special options last.</summary>
    public IReadOnlyList<string> Assignments()
    {
        var list = new List<string>(Settings);
        Add("data.source", Data is null ? null : Quoted(Rooted(Data)));
        Add("data.folder", DataFolder is null ? null : Quoted(Path.GetFullPath(DataFolder)));
        Add("seed", Seed?.ToString());
        Add("precision", Precision);
        Add("budget.steps", Steps?.ToString());
        Add("budget.minutes", Minutes?.ToString());
        Add("budget.images", Images?.ToString());
        return list;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                list.Add($"{name}={value}");
            }
        }
    }

    // The run may be resumed from another folder.
    private static string Rooted(string data) => Directory.Exists(data) || File.Exists(data) ? Path.GetFullPath(data) : data;

    private static string Quoted(string text) => JsonSerializer.Serialize(text, Json.Style);

    private string UsualPreset(IReadOnlyList<string> settings)
    {
        // All settings are read, so that a typo is told before data are opened; one drawn image is enough to see their size.
        var config = Loaded(() => ConfigFile.Load(null, null, settings, Family));
        var data = (config.Data with { Count = 1 }).Open();
        return Presets.For(Math.Max(data.Height, data.Width), data.Channels);
    }

    private static TrainingConfig Loaded(Func<TrainingConfig> load)
    {
        try
        {
            return load();
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message, e);
        }
    }
}
