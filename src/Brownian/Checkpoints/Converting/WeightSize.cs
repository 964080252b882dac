namespace Brownian.Checkpoints;

/// <summary>Sizes of weights, from which the shapes of networks in original files are read.</summary>
internal static class WeightSize
{
    /// <summary>The size of a weight along an axis.</summary>
    /// <param name="file">The weights.</param>
    /// <param name="key">The weight's name.</param>
    /// <param name="axis">The axis, from 0.</param>
    /// <param name="otherwise">What the file is not if there is no such weight; a sentence.</param>
    /// <param name="axes">How many axes it must have; null for more than <paramref name="axis"/>.</param>
    /// <exception cref="CheckpointFormatException">There is no such weight, or it has another number of axes.</exception>
    public static long Size(this TensorFile file, string key, int axis, string otherwise, int? axes = null) =>
        file.Contains(key) && file.Info(key).Shape is var shape && (axes is { } wanted ? shape.Count == wanted : shape.Count > axis)
            ? shape[axis]
            : throw new CheckpointFormatException(file.Path, "the weight is missing, or has another shape", otherwise, key);
}
