using System.Text.Json;
using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Checkpoints;

/// <summary>What a checkpoint is, told from its small files and headers: no weights are read.</summary>
public sealed record CheckpointInfo
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <summary>The file or folder.</summary>
    public required string Path { get; init; }

    /// <summary>What it is.</summary>
    public required CheckpointKind Kind { get; init; }

    /// <summary>The class of a pipeline or a scheduler (diffusers), or of a golden case; null where there is none.</summary>
    public string? Pipeline { get; init; }

    /// <summary>The main network's class; null when it is unknown.</summary>
    public string? Architecture => Weights.FirstOrDefault(w => w.Name.StartsWith("unet/", StringComparison.Ordinal))?.Class
        ?? Weights.FirstOrDefault(w => w.Class is not null)?.Class;

    /// <summary>The number of elements of all weights. Of a training checkpoint: of the network once, without optimizer and average.</summary>
    public long Parameters => (Kind == CheckpointKind.TrainingCheckpoint
        ? Weights.Where(w => w.Name == CheckpointPart.Weights + ".safetensors")
        : Weights).Sum(w => w.Parameters);

    /// <summary>The weights' files.</summary>
    public IReadOnlyList<WeightsInfo> Weights { get; init; } = [];

    /// <summary>The forward process; null when nothing tells it.</summary>
    public GaussianPath? ForwardPath { get; init; }

    /// <summary>What the network's output means; null when nothing tells it.</summary>
    public Parameterization? Parameterization { get; init; }

    /// <summary>The shape of one image; null when nothing tells it.</summary>
    public ImageShape? Image { get; init; }

    /// <summary>The number of classes; null for unconditional models.</summary>
    public int? ClassCount { get; init; }

    /// <summary>The classes' names; null when they are unknown.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>The label that means "any class"; null when the model was not trained for guidance.</summary>
    public long? NullLabel { get; init; }

    /// <summary>How to sample when nothing else is said.</summary>
    public RecommendedSampling? Sampling { get; init; }

    /// <summary>The tokenizer, of a folder that is one; null for others, and for a damaged one.</summary>
    public TokenizerInfo? Tokenizer { get; init; }

    /// <summary>Where the weights come from: program, data, step, configuration.</summary>
    public Provenance? Training { get; init; }

    /// <summary>A run's training checkpoints, latest first.</summary>
    public IReadOnlyList<SavedCheckpoint> Checkpoints { get; init; } = [];

    /// <summary>What cannot be loaded, and why; empty when all is well.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Describes a run, one of its checkpoints, a diffusers folder or component, a golden case, or a weights' file.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="hashes">Whether SHA-256 of the weights are computed, which reads all of them.</param>
    /// <exception cref="CheckpointFormatException">It is none of these, or a weights' file that is damaged or refused.</exception>
    public static CheckpointInfo Describe(string path, bool hashes = true) => new CheckpointDescription(path, hashes).Describe();

    /// <summary>All of it as JSON, names in snake_case.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}
