namespace Brownian.Samplers;

/// <summary>Numbers of a sampler's settings by name, see <see cref="SamplerOptions"/>. Two with the same numbers are equal.</summary>
public sealed class SamplerSettings() : SortedDictionary<string, double>(StringComparer.Ordinal), IEquatable<SamplerSettings>
{
    /// <summary>Reads assignments such as <c>snr=0.16</c>.</summary>
    /// <exception cref="ArgumentException">One of them has no = or no number.</exception>
    public static SamplerSettings Parse(IEnumerable<string> assignments)
    {
        var settings = new SamplerSettings();
        foreach (var assignment in assignments)
        {
            var (name, text) = assignment.Split('=', 2) is [var left, var right] ? (left.Trim(), right) : (assignment, "");
            settings[name] = double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new ArgumentException($"options: expected name=number, such as eta=0.5; got '{assignment}'.");
        }

        return settings;
    }

    /// <inheritdoc/>
    public bool Equals(SamplerSettings? other) => other is not null && Count == other.Count && this.SequenceEqual(other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SamplerSettings);

    /// <inheritdoc/>
    public override int GetHashCode() => this.Aggregate(Count, (hash, setting) => HashCode.Combine(hash, setting.Key, setting.Value));

    /// <summary>As they are written, <c>eta=0.5, order=3</c>.</summary>
    public override string ToString() => string.Join(", ", this.Select(setting => FormattableString.Invariant($"{setting.Key}={setting.Value}")));
}
