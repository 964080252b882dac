using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>The tensors of a file under our names, or diffusers', without a network that they would be loaded into.</summary>
internal static class WeightTranslation
{
    /// <summary>Translates names, and shares out tensors that hold several weights.</summary>
    /// <param name="file">The weights.</param>
    /// <param name="map">How their names read.</param>
    /// <param name="type">The type of real numbers; the file's when null.</param>
    /// <param name="other">The tensor of another file to take in place of one, or null.</param>
    public static IEnumerable<TensorSource> Of(TensorFile file, KeyMap map, ScalarType? type = null, Func<string, (TensorFile File, string Key)?>? other = null)
    {
        foreach (var key in file.Keys.Where(key => !map.Ignores(key)))
        {
            var (from, source) = other?.Invoke(key) ?? (file, key);
            var entry = from.Info(source);
            foreach (var place in map.Places(key))
            {
                yield return new TensorSource(place.Name, entry.Type, ShapeOf(from, entry, place), () => Take(from, source, place)).In(type);
            }
        }
    }

    /// <summary>A matrix that is stored as a 1×1 convolution, as old attention blocks stored them.</summary>
    public static TensorSource AsMatrix(TensorSource source) => source.Shape is not [var rows, var columns, 1, 1] ? source : source with
    {
        Shape = [rows, columns],
        Make = () =>
        {
            using var scope = NewDisposeScope();
            return source.Make().reshape(rows, columns).MoveToOuterDisposeScope();
        },
    };

    private static Tensor Take(TensorFile file, string key, WeightPlace place)
    {
        using var scope = NewDisposeScope();
        return place.Take(file.Borrow(key)).MoveToOuterDisposeScope();
    }

    private static long[] ShapeOf(TensorFile file, TensorEntry entry, WeightPlace place)
    {
        long[] shape = [.. entry.Shape];
        if (place.Part is { } part)
        {
            if (shape.Length == 0 || shape[0] % part.Of != 0)
            {
                throw new CheckpointFormatException(
                    file.Path, $"expected {part.Of} weights of equal size in it; got shape [{string.Join(", ", shape)}]", "The file is not of the kind that its names tell.", entry.Name, entry.Offset);
            }

            shape[0] /= part.Of;
        }

        return place.IsTransposed ? [.. shape.Reverse()] : shape;
    }
}
