using Brownian.Networks.Latent;

namespace Brownian.Checkpoints;

/// <summary>Everything that sampling needs: the model, what its images are, how to sample from it, and where it comes from.</summary>
/// <remarks>Images are float32 in [−1, 1]. Owns the network.</remarks>
/// <param name="Model">Network, path and parameterization.</param>
/// <param name="Image">The shape of one image.</param>
public sealed record ModelBundle(DiffusionModel Model, ImageShape Image) : IDisposable
{
    private Lazy<string>? hash;

    /// <summary>What turns the data into pictures, where they are latents; null where they are pictures. Owned.</summary>
    public ILatentCodec? Codec { get; init; }

    /// <summary>The number of classes; null for unconditional models.</summary>
    public int? ClassCount { get; init; }

    /// <summary>The classes' names, as many as classes; null when they are unknown.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>The label that means "any class"; null when the model was not trained for guidance.</summary>
    public long? NullLabel { get; init; }

    /// <summary>How to sample when nothing else is said.</summary>
    public RecommendedSampling Sampling { get; init; } = RecommendedSampling.For(Model.Path);

    /// <summary>Where the weights come from.</summary>
    public Provenance Provenance { get; init; } = new();

    /// <summary>The file that the weights were read from; null for a model that was made in memory.</summary>
    public string? WeightsPath { get; init; }

    /// <summary>SHA-256 of the weights' file in lower-case hexadecimal, computed when first asked for; null for a model made in memory.</summary>
    public string? WeightsSha256() => WeightsPath is { } path
        ? (hash ??= new(() => CheckpointManifest.Hash(path))).Value
        : null;

    /// <summary>
    /// Loads a run folder, one of its checkpoints, or a diffusers folder (see <see cref="DiffusersFolder.Load"/>), also of a <c>DiTPipeline</c>, whose
    /// data are latents.
    /// </summary>
    /// <inheritdoc cref="DiffusersFolder.Load"/>
    public static ModelBundle Load(string path, bool raw = false) =>
        DiTFolder.Handles(path) ? DiTFolder.Load(path) : DiffusersFolder.Load(path, raw);

    /// <summary>The label of a class by its name or number.</summary>
    /// <exception cref="ArgumentException">The model has no such class.</exception>
    public long LabelOf(string nameOrNumber)
    {
        if (ClassCount is not { } count)
        {
            throw new ArgumentException($"class: the model is unconditional; got '{nameOrNumber}'. Leave the class out.", nameof(nameOrNumber));
        }

        var named = ClassNames?.ToList().FindIndex(n => string.Equals(n, nameOrNumber, StringComparison.OrdinalIgnoreCase)) ?? -1;
        if (named >= 0)
        {
            return named;
        }

        if (long.TryParse(nameOrNumber, out var number) && number >= 0 && number < count)
        {
            return number;
        }

        var nearest = ClassNames is null ? null : NearestName.Find(nameOrNumber, ClassNames);
        throw new ArgumentException(
            $"class: expected a number from 0 to {count - 1}{(ClassNames is null ? "" : " or a class name")}; got '{nameOrNumber}'."
            + (nearest is null ? "" : $" Did you mean '{nearest}'?"),
            nameof(nameOrNumber));
    }

    /// <summary>Frees the networks.</summary>
    public void Dispose()
    {
        Model.Network.Dispose();
        (Codec as IDisposable)?.Dispose();
    }
}
