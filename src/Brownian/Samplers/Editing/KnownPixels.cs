using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>The part of an image that is known, for inpainting.</summary>
/// <param name="Image">The data, [N, …] or what broadcasts to it, in data units; only its known part is read.</param>
/// <param name="Mask">1 where the image is known and stays, 0 where it is to be made, [N, …] or what broadcasts to it.</param>
public sealed record KnownPixels(Tensor Image, Tensor Mask)
{
    /// <summary>Puts the known part, at a noise level, in the place of what was made, [N, …].</summary>
    /// <param name="made">Data at the level, [N, …].</param>
    /// <param name="at">The level.</param>
    /// <param name="noise">Noise for the known part, [N, …]; null for none.</param>
    public Tensor Paste(Tensor made, NoiseLevel at, Tensor? noise)
    {
        Check(Image, made, "image");
        Check(Mask, made, "mask");
        var known = Image * at.Alpha;
        if (noise is not null)
        {
            known = known.add(noise, alpha: at.Sigma);
        }

        return ((1 - Mask) * made).add_(Mask * known);
    }

    // Broadcasting would turn a forgotten dimension into a wrong picture.
    private static void Check(Tensor part, Tensor made, string name)
    {
        var fits = part.dim() == made.dim() && part.shape.Zip(made.shape).All(pair => pair.First == pair.Second || pair.First == 1);
        if (!fits)
        {
            throw new ArgumentException(
                $"{name}: expected [{string.Join(", ", made.shape)}], or 1 instead of a size, to match the samples; got [{string.Join(", ", part.shape)}]. "
                + (part.dim() == made.dim() - 1 ? $"Add a batch dimension with {name}.unsqueeze(0)." : $"Resize the {name}."));
        }
    }
}
