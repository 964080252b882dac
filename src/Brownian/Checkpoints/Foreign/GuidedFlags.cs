using System.Globalization;
using System.Text.Json.Nodes;

namespace Brownian.Checkpoints.Foreign;

/// <summary>The settings of guided-diffusion as its users write them.</summary>
public static class GuidedFlags
{
    /// <summary>Flags as on a command line, <c>--image_size 64 --class_cond True</c>, as JSON.</summary>
    /// <exception cref="ArgumentException">A flag has no value.</exception>
    public static string ToJson(string flags)
    {
        var words = flags.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var json = new JsonObject();
        for (var i = 0; i < words.Length; i++)
        {
            var (name, value) = words[i].Split('=', 2) is [var left, var right] ? (left, right) : (words[i], i + 1 < words.Length ? words[++i] : "");
            if (!name.StartsWith("--", StringComparison.Ordinal) || value.Length == 0)
            {
                throw new ArgumentException($"flags: expected \"--name value\" again and again; got \"{name} {value}\".");
            }

            json[name[2..]] = Value(value);
        }

        return json.ToJsonString();
    }

    private static JsonNode Value(string text) =>
        bool.TryParse(text, out var flag) ? flag
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real
        : text;
}
