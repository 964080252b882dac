using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Cli.Samples;

/// <summary>Latents in a safetensors file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Latents">[N, C, H, W] float32, for a scope of the caller.</param>
/// <param name="ModelSha256">Of the weights that made them, if the file says so.</param>
internal sealed record LatentFile(string Path, Tensor Latents, string? ModelSha256)
{
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentException">It has no such tensor, or one of another shape.</exception>
    public static LatentFile Read(string path, string name, ImageShape shape)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"decode: there is no file {path}. Give a file that brownian encode wrote.", path);
        }

        using var file = SafetensorsFile.Open(path);
        if (!file.Contains(name))
        {
            throw new ArgumentException($"{path}: expected a tensor '{name}'; got {string.Join(", ", file.Keys.Order(StringComparer.Ordinal).Take(5))}{(file.Keys.Count > 5 ? " …" : "")}. Name it with --tensor.");
        }

        // One latent may stand alone.
        var tensor = file.Read(name).to(ScalarType.Float32);
        var latents = tensor.dim() == 3 ? tensor.unsqueeze(0) : tensor;
        return latents.dim() == 4 && latents.shape[1..].SequenceEqual([shape.Channels, shape.Height, shape.Width])
            ? new(path, latents, file.Metadata.TryGetValue("model_sha256", out var sha) ? sha : null)
            : throw new ArgumentException(
                $"{path}: expected '{name}' of shape [N, {shape.Channels}, {shape.Height}, {shape.Width}], as the model's images; got "
                + $"[{string.Join(", ", tensor.shape)}]. Encode with a model of this shape.");
    }
}
