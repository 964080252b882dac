namespace Brownian.Cli.Drawings;

/// <summary>What a drawing is of: every picture of a pipeline carries it.</summary>
internal sealed record DrawWish
{
    public string? Prompt { get; init; }

    public string? Negative { get; init; }

    public InputFile? Image { get; init; }

    public InputFile? Mask { get; init; }

    public double? Strength { get; init; }

    /// <summary>Height and width in pixels; null for the model's or the image's.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public (int Height, int Width)? Size { get; init; }
}
