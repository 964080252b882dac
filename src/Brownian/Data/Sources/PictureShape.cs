namespace Brownian.Data.Sources;

/// <summary>What every picture of a set becomes.</summary>
internal sealed record PictureShape(int Channels, int Height, int Width, DatasetOptions Options)
{
    /// <summary>The shape asked for; what is not asked for is taken from <paramref name="first"/>. Alpha is kept only when asked for.</summary>
    public static PictureShape Of(PixelBuffer first, DatasetOptions options)
    {
        if (options.Size is { } side)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(side, 1, nameof(options.Size));
        }

        if (options.Channels is not (null or 1 or 3 or 4))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Channels, "Expected 1 (grey), 3 (RGB) or 4 (RGBA) channels.");
        }

        return new(options.Channels ?? Math.Min(first.Channels, 3), options.Size ?? first.Height, options.Size ?? first.Width, options);
    }

    /// <summary>The picture in the set's channels and resized; for random crops still larger than the set's size.</summary>
    public Picture Fit(PixelBuffer picture)
    {
        picture = picture.WithChannels(Channels, Options.Background);
        if (Options.Size is not { } side)
        {
            return (picture.Height, picture.Width) == (Height, Width)
                ? picture.ToPicture()
                : throw new OtherSizeException($"{picture.Width}×{picture.Height} pixels, but the first image has {Width}×{Height}");
        }

        var shorter = Math.Min(picture.Height, picture.Width);
        var target = Options.Crop == CropMode.Random ? Math.Max(side, Math.Min(shorter, side * 9 / 8)) : side;
        var (height, width) = (Math.Max(side, Scaled(picture.Height, target, shorter)), Math.Max(side, Scaled(picture.Width, target, shorter)));
        var fitted = Resize.To(picture, height, width, Options.Filter).ToPicture();
        return Options.Crop == CropMode.Random || (height, width) == (side, side) ? fitted : Window(fitted, (height - side) / 2, (width - side) / 2);
    }

    /// <summary>Writes the middle of a fitted picture, or the window that <paramref name="augmentation"/> names.</summary>
    public void Cut(Picture fitted, ulong? augmentation, Span<byte> chw)
    {
        var (freeY, freeX) = (fitted.Height - Height, fitted.Width - Width);
        var (top, left) = (freeY / 2, freeX / 2);
        if (augmentation is { } key)
        {
            var random = new KeyedRandom(key, 0x43524F50);
            (top, left) = (random.Below(freeY + 1), random.Below(freeX + 1));
        }

        Copy(fitted, top, left, chw);
    }

    private Picture Window(Picture picture, int top, int left)
    {
        var window = new Picture(picture.Channels, Height, Width);
        Copy(picture, top, left, window.Pixels);
        return window;
    }

    private void Copy(Picture picture, int top, int left, Span<byte> chw)
    {
        for (var c = 0; c < Channels; c++)
        {
            var plane = picture.Plane(c);
            for (var y = 0; y < Height; y++)
            {
                plane.Slice((top + y) * picture.Width + left, Width).CopyTo(chw[((c * Height + y) * Width)..]);
            }
        }
    }

    private static int Scaled(int length, int target, int shorter) => (int)Math.Round((double)length * target / shorter);
}
