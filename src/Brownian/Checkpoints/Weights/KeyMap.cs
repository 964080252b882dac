namespace Brownian.Checkpoints;

/// <summary>The names that other programs give to weights, as data: rules from their names to ours.</summary>
/// <param name="Name">Where the names come from.</param>
/// <param name="Rules">The renamings; the first that applies counts.</param>
public sealed record KeyMap(string Name, IReadOnlyList<KeyRule> Rules)
{
    /// <summary>Rules that are applied to what these made of a name: first where a layer is, then what is in it.</summary>
    public KeyMap? Next { get; init; }

    /// <summary>Ends of foreign names whose numbers are not weights (tables, filters) and are passed over.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Starts of foreign names that belong to other networks of the same file and are passed over.</summary>
    public IReadOnlyList<string> IgnoredStarts { get; init; } = [];

    /// <summary>Names as they are.</summary>
    public static KeyMap Identity { get; } = new("our own names", []);

    /// <summary>
    /// Older diffusers: before 0.15, as in the files of google/ddpm-*, attention had query, key, value and proj_attn; before 0.31, Fourier
    /// frequencies were saved twice, as weight and as W.
    /// </summary>
    public static KeyMap OldDiffusers { get; } = new(
        "older diffusers",
        [
            new("^time_proj.W", "time_proj.weight"),
            new("attentions.*.query", "attentions.*.to_q"),
            new("attentions.*.key", "attentions.*.to_k"),
            new("attentions.*.value", "attentions.*.to_v"),
            new("attentions.*.proj_attn", "attentions.*.to_out.0"),
        ]);

    /// <summary>Our name for a foreign one; the first of them if several parts of it have names of ours.</summary>
    public string Translate(string key) => Places(key)[0].Name;

    /// <summary>Whether a foreign name's numbers are passed over.</summary>
    public bool Ignores(string key) =>
        Ignored.Any(end => key == end || key.EndsWith('.' + end, StringComparison.Ordinal))
        || IgnoredStarts.Any(start => key == start || key.StartsWith(start + '.', StringComparison.Ordinal)) || (Next?.Ignores(key) ?? false);

    /// <summary>Where the numbers of a foreign weight go: one place, or one for each part.</summary>
    public IReadOnlyList<WeightPlace> Places(string key)
    {
        var own = OwnPlaces(key);
        return Next is null ? own : [.. own.SelectMany(place => place is { Part: null, IsTransposed: false }
            ? Next.Places(place.Name)
            : [place with { Name = Next.Translate(place.Name) }])];
    }

    private IReadOnlyList<WeightPlace> OwnPlaces(string key)
    {
        for (var i = 0; i < Rules.Count; i++)
        {
            if (Rules[i].Apply(key) is null)
            {
                continue;
            }

            var shared = Rules.Skip(i).TakeWhile((rule, j) => j == 0 || (rule.Part is not null && rule.From == Rules[i].From));
            return [.. shared.Select(rule => new WeightPlace(rule.Apply(key)!, rule.Part, rule.IsTransposed))];
        }

        return [new(key)];
    }
}
