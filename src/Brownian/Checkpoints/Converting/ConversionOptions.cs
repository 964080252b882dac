using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>What weights do not tell, and how they shall be written.</summary>
public sealed record ConversionOptions
{
    /// <summary>The type of real numbers, Float32, Float16 or BFloat16; that of the source when null.</summary>
    public ScalarType? Type { get; init; }

    /// <summary>The part of the source that is meant; see <see cref="TensorFile.Open"/>.</summary>
    public string? Part { get; init; }

    /// <summary>Of a latent diffusion file that has both: the weights that the optimizer moved instead of their average.</summary>
    public bool Raw { get; init; }

    /// <summary>The settings of the other program as a JSON object: constructor arguments or its configuration; null where weights tell all.</summary>
    public string? Config { get; init; }

    /// <summary>"epsilon" or "v_prediction": what Stable Diffusion's UNet outputs; null to conclude it from the file.</summary>
    public string? Prediction { get; init; }

    /// <summary>Side of the images that the model was trained on, in pixels; null for the usual one of its family.</summary>
    public int? ImageSize { get; init; }

    /// <summary>
    /// A folder with the autoencoder that turns the latents of a DiT into pictures, which DiT's files lack: with it they become a whole pipeline. Null for
    /// the transformer alone.
    /// </summary>
    public string? Autoencoder { get; init; }

    /// <summary>A folder with the tokenizer's files (vocab.json, merges.txt), which checkpoints of Stable Diffusion and CLIP lack; null to leave it out.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Whether a folder or file of the target's name may be replaced.</summary>
    public bool Replace { get; init; }
}
