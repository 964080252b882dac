namespace Brownian.Data.Png;

/// <summary>The five row filters of PNG (specification, section 9).</summary>
internal static class PngFilter
{
    /// <summary>Undoes a filter in place. <paramref name="step"/> is the bytes of a pixel, at least 1.</summary>
    public static void Undo(byte filter, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        switch (filter)
        {
            case 0:
                break;
            case 1:
                for (var i = step; i < row.Length; i++)
                {
                    row[i] += row[i - step];
                }

                break;
            case 2:
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] += above[i];
                }

                break;
            case 3:
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] += (byte)(((i >= step ? row[i - step] : 0) + above[i]) / 2);
                }

                break;
            case 4:
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] += i >= step ? Paeth(row[i - step], above[i], above[i - step]) : above[i];
                }

                break;
            default:
                throw new InvalidDataException($"PNG row with the unknown filter {filter}.");
        }
    }

    /// <summary>Applies a filter; <paramref name="filtered"/> receives the differences.</summary>
    public static void Apply(byte filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, Span<byte> filtered)
    {
        for (var i = 0; i < row.Length; i++)
        {
            var (left, up, corner) = i >= step ? (row[i - step], above[i], above[i - step]) : ((byte)0, above[i], (byte)0);
            filtered[i] = (byte)(row[i] - filter switch
            {
                1 => left,
                2 => up,
                3 => (byte)((left + up) / 2),
                4 => Paeth(left, up, corner),
                _ => 0,
            });
        }
    }

    private static byte Paeth(byte a, byte b, byte c)
    {
        var (pa, pb) = (b - c, a - c);
        var pc = Math.Abs(pa + pb);
        (pa, pb) = (Math.Abs(pa), Math.Abs(pb));
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }
}
