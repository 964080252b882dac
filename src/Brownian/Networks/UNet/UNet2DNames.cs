namespace Brownian.Networks.UNet;

/// <summary>Names of parameters in checkpoints older than diffusers 0.15, such as the original google/ddpm-* files.</summary>
public static class UNet2DNames
{
    // diffusers before 0.31 saves the Fourier frequencies twice, as "weight" and as "W".
    private const string FourierAlias = "time_proj.W";

    /// <summary>Old and new names of the parts of an attention block.</summary>
    public static IReadOnlyList<(string Old, string New)> AttentionParts { get; } =
        [("query", "to_q"), ("key", "to_k"), ("value", "to_v"), ("proj_attn", "to_out.0")];

    /// <summary>The name that <see cref="UNet2D"/> has for the parameter that a file calls <paramref name="key"/>.</summary>
    public static string Modern(string key)
    {
        if (key == FourierAlias)
        {
            return "time_proj.weight";
        }

        if (!key.Contains("attentions.", StringComparison.Ordinal))
        {
            return key;
        }

        foreach (var (old, modern) in AttentionParts)
        {
            foreach (var leaf in (string[])[".weight", ".bias"])
            {
                if (key.EndsWith($".{old}{leaf}", StringComparison.Ordinal))
                {
                    return key[..^(old.Length + leaf.Length)] + modern + leaf;
                }
            }
        }

        return key;
    }
}
