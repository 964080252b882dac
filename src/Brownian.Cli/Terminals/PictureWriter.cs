using System.Text;

namespace Brownian.Cli.Terminals;

/// <summary>Pictures as text: the escape sequences of each protocol, ending with a line break.</summary>
internal static class PictureWriter
{
    // Cell size of a typical font; only sixel has to know it, and only to choose a scale.
    private const int CellWidth = 9;
    private const int CellHeight = 18;
    private const int KittyChunk = 4096;

    /// <param name="picture">What to show.</param>
    /// <param name="protocol">How.</param>
    /// <param name="columns">The most character columns that it may take.</param>
    /// <param name="rows">The most character rows that it may take.</param>
    public static string Write(Pixels picture, PictureProtocol protocol, int columns, int rows) => protocol switch
    {
        PictureProtocol.Kitty => Kitty(picture, columns, rows),
        PictureProtocol.ITerm => ITerm(picture, columns, rows),
        PictureProtocol.Sixel => Sixel.Encode(Scaled(picture, columns, rows)) + "\n",
        PictureProtocol.HalfBlocks => HalfBlocks(picture.Fit(columns, rows * 2)),
        _ => "",
    };

    private static string Kitty(Pixels picture, int columns, int rows)
    {
        var (c, r) = Cells(picture, columns, rows);
        var data = Convert.ToBase64String(picture.ToPng());
        var text = new StringBuilder();
        for (var at = 0; at < data.Length; at += KittyChunk)
        {
            var more = at + KittyChunk < data.Length ? 1 : 0;
            var first = at == 0 ? $"a=T,f=100,q=2,c={c},r={r}," : "";
            text.Append($"\e_G{first}m={more};").Append(data, at, Math.Min(KittyChunk, data.Length - at)).Append("\e\\");
        }

        return text.Append('\n').ToString();
    }

    private static string ITerm(Pixels picture, int columns, int rows)
    {
        var (c, r) = Cells(picture, columns, rows);
        var png = picture.ToPng();
        return $"\e]1337;File=inline=1;size={png.Length};width={c};height={r};preserveAspectRatio=1:{Convert.ToBase64String(png)}\a\n";
    }

    private static string HalfBlocks(Pixels picture)
    {
        var text = new StringBuilder();
        for (var y = 0; y < picture.Height; y += 2)
        {
            (byte, byte, byte)? above = null, below = null;
            for (var x = 0; x < picture.Width; x++)
            {
                var top = picture[x, y];
                if (above != top)
                {
                    text.Append($"\e[38;2;{top.R};{top.G};{top.B}m");
                    above = top;
                }

                if (y + 1 < picture.Height && picture[x, y + 1] is var bottom && below != bottom)
                {
                    text.Append($"\e[48;2;{bottom.R};{bottom.G};{bottom.B}m");
                    below = bottom;
                }

                text.Append('▀');
            }

            text.Append("\e[0m\n");
        }

        return text.ToString();
    }

    private static Pixels Scaled(Pixels picture, int columns, int rows)
    {
        var fitted = picture.Fit(columns * CellWidth, rows * CellHeight);
        return fitted.Enlarge(Math.Min(columns * CellWidth / fitted.Width, rows * CellHeight / fitted.Height));
    }

    /// <summary>The cells that a picture fills when it is scaled to the space that there is. A cell is twice as high as wide.</summary>
    private static (int Columns, int Rows) Cells(Pixels picture, int columns, int rows)
    {
        var scale = Math.Min((double)columns / picture.Width, 2.0 * rows / picture.Height);
        return (Math.Max(1, (int)(picture.Width * scale)), Math.Max(1, (int)(picture.Height * scale / 2)));
    }
}
