namespace Brownian.Checkpoints;

/// <summary>The names that other programs give to weights, as data: rules from their names to ours.</summary>
/// <param name="Name">Where the names come from.</param>
/// <param name="Rules">The renamings; the first that applies counts.</param>
public sealed record KeyMap(string Name, IReadOnlyList<KeyRule> Rules)
{
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

    /// <summary>Our name for a foreign one.</summary>
    public string Translate(string key)
    {
        foreach (var rule in Rules)
        {
            if (rule.Apply(key) is { } ours)
            {
                return ours;
            }
        }

        return key;
    }
}
