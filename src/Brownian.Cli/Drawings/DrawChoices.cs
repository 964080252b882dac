using Brownian.Samplers;

namespace Brownian.Cli.Drawings;

/// <summary>How a drawing is made, as the user chose; null for the folder's own.</summary>
internal sealed record DrawChoices
{
    public string? Sampler { get; init; }

    public SamplerSettings? Options { get; init; }

    public string? Spacing { get; init; }

    public int? Steps { get; init; }

    public double? Guidance { get; init; }

    public ulong Seed { get; init; }

    public int Count { get; init; } = 1;

    public int BatchSize { get; init; } = 1;
}
