namespace Brownian.Checkpoints;

/// <summary>Whether the entries of a safetensors header fit their shapes, each other and the file.</summary>
internal static class SafetensorsLayout
{
    /// <summary>What is wrong with an entry's size, or null.</summary>
    public static string? SizeProblem(SafetensorsType type, long[] shape, long[] range)
    {
        if (range[0] > range[1])
        {
            return $"data_offsets [{range[0]}, {range[1]}] end before they begin";
        }

        Int128 bytes = type.Bytes;
        foreach (var size in shape)
        {
            // Without this cap 64 dimensions could overflow even 128 bits. A zero further on does not make the shape valid for libtorch.
            bytes *= Math.Max(size, 1);
            if (bytes > long.MaxValue)
            {
                return $"the size of shape [{string.Join(", ", shape)}] overflows 64 bits";
            }
        }

        bytes = shape.Contains(0) ? 0 : bytes;
        return bytes == range[1] - range[0]
            ? null
            : $"shape [{string.Join(", ", shape)}] of {type.Name} takes {bytes} bytes, but data_offsets [{range[0]}, {range[1]}] give {range[1] - range[0]}";
    }

    /// <summary>The names in the order of their bytes, which must fill the file from <paramref name="dataStart"/> to its end without gaps.</summary>
    /// <exception cref="CheckpointFormatException">They do not.</exception>
    public static IReadOnlyList<string> InOrder(IEnumerable<SafetensorsEntry> entries, long dataStart, long fileLength, string file)
    {
        var sorted = entries.OrderBy(e => e.Begin).ThenBy(e => e.End).ToArray();
        var at = dataStart;
        foreach (var entry in sorted)
        {
            if (entry.Begin != at)
            {
                var what = entry.Begin < at ? $"overlaps the entry before it, which ends at {at}" : $"leaves a gap after byte {at}";
                throw new CheckpointFormatException(file, $"its data {what}", SafetensorsHeader.Damaged + ".", entry.Name, entry.Begin);
            }

            at = entry.End;
            if (at > fileLength)
            {
                throw new CheckpointFormatException(
                    file, $"its data ends at byte {at}, but the file ends at {fileLength}", "The file is truncated: fetch or write it again.", entry.Name, entry.Begin);
            }
        }

        return at == fileLength
            ? [.. sorted.Select(e => e.Name)]
            : throw new CheckpointFormatException(file, $"{fileLength - at} bytes follow the last tensor", SafetensorsHeader.Damaged + ".", null, at);
    }
}
