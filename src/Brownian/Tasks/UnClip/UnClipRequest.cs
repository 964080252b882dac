using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>What to generate with unCLIP, and how. The defaults are Karlo's.</summary>
public sealed record UnClipRequest
{
    /// <summary>What the pictures are to show.</summary>
    public string Text { get; init; } = "";

    /// <summary>
    /// A picture to be varied, [1, C, H, W], as <see cref="Data.ClipPixels"/> makes it for the image encoder; in place of <see cref="Text"/>. Borrowed.
    /// </summary>
    public Tensor? Picture { get; init; }

    /// <summary>How many pictures.</summary>
    public int Count { get; init; } = 1;

    /// <summary>How many go through the networks at once: speed and memory, not the noise of any picture.</summary>
    public int BatchSize { get; init; } = 4;

    /// <summary>Picture i draws all its noise from the stream of Seed + i.</summary>
    public ulong Seed { get; init; }

    /// <summary>Steps of the prior.</summary>
    public int PriorSteps { get; init; } = 25;

    /// <summary>Steps of the decoder.</summary>
    public int DecoderSteps { get; init; } = 25;

    /// <summary>Steps of the enlargement.</summary>
    public int EnlargerSteps { get; init; } = 7;

    /// <summary>How strongly the prior follows the text; 1 plainly.</summary>
    public double PriorGuidance { get; init; } = 4;

    /// <summary>How strongly the decoder follows text and embedding; 1 plainly.</summary>
    public double DecoderGuidance { get; init; } = 8;
}
