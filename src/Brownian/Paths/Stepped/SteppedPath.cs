using System.Text.Json.Serialization;

namespace Brownian.Paths;

/// <summary>A path that counts: its time is a step from 0, the cleanest on which a model is trained, and −1 is clean data.</summary>
public abstract record SteppedPath : GaussianPath
{
    /// <inheritdoc/>
    [JsonIgnore]
    public sealed override NoiseLevel Noisiest => At(Last);

    /// <inheritdoc/>
    [JsonIgnore]
    public sealed override NoiseLevel Cleanest => At(0);

    /// <inheritdoc/>
    [JsonIgnore]
    public sealed override NoiseLevel Clean => new(-1, 1, 0);

    /// <summary>The noisiest step.</summary>
    private protected abstract int Last { get; }
}
