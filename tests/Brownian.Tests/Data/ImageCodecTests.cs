using Brownian.Data;
using Brownian.Tests.Checkpoints;
using SkiaSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Data;

public sealed class ImageCodecTests
{
    [Theory]
    [InlineData(1, 7, 5)]
    [InlineData(3, 1, 1)]
    [InlineData(3, 40, 33)]
    [InlineData(4, 16, 9)]
    public void Png_and_lossless_webp_give_back_every_byte(int channels, int height, int width)
    {
        foreach (var picture in new[] { Pictures.Noise(channels, height, width), Pictures.Smooth(channels, height, width) })
        {
            var png = ImageCodec.Decode(ImageCodec.EncodePng(picture));
            Assert.Equal((channels, height, width), (png.Channels, png.Height, png.Width));
            Assert.Equal(picture.Pixels, png.Pixels);
            if (channels == 3)
            {
                Assert.Equal(picture.Pixels, ImageCodec.Decode(ImageCodec.EncodeWebp(picture)).Pixels);
            }
        }
    }

    [Fact]
    public void Our_png_reads_the_same_in_another_decoder_and_theirs_in_ours()
    {
        var picture = Pictures.Smooth(3, 31, 45);
        using var bitmap = SKBitmap.Decode(ImageCodec.EncodePng(picture));
        Assert.Equal((45, 31), (bitmap.Width, bitmap.Height));
        for (var i = 0; i < 31 * 45; i++)
        {
            var colour = bitmap.GetPixel(i % 45, i / 45);
            Assert.Equal((picture.Plane(0)[i], picture.Plane(1)[i], picture.Plane(2)[i]), (colour.Red, colour.Green, colour.Blue));
        }

        using var theirs = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        Assert.Equal(picture.Pixels, ImageCodec.Decode(theirs.ToArray()).Pixels[..picture.Pixels.Length]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Jpeg_is_near_the_original(int channels)
    {
        var picture = Pictures.Smooth(channels, 48, 40);
        var decoded = ImageCodec.Decode(ImageCodec.EncodeJpeg(picture, 95));
        Assert.Equal((channels, 48, 40), (decoded.Channels, decoded.Height, decoded.Width));
        // Quality 95 quantises smooth blocks by a few levels.
        Assert.All(picture.Pixels.Zip(decoded.Pixels), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 8));
    }

    [Fact]
    public void Bmp_is_read()
    {
        // 2 × 2 pixels, 24 bits, rows from below, each padded to 8 bytes, blue first.
        byte[] bmp =
        [
            0x42, 0x4D, 70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0, 16, 0, 0, 0,
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0,
        ];
        Assert.Equal(new byte[] { 3, 6, 9, 12, 2, 5, 8, 11, 1, 4, 7, 10 }, ImageCodec.Decode(bmp).Pixels);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void Sixteen_bits_survive(int channels)
    {
        using var scope = NewDisposeScope();
        var levels = arange(0, 65536 * channels).reshape(channels, 256, 256).remainder(65536).to(ScalarType.Float64);
        var image = ((2 * levels - 65535) / 65535).to(ScalarType.Float32);
        var decoded = ImageCodec.DecodeTensor(ImageCodec.EncodePng16(image));
        Assert.True(decoded.squeeze(0).equal(image).all().item<bool>());
        // As 8 bits: the nearest of 256 levels.
        var bytes = ImageCodec.Decode(ImageCodec.EncodePng16(image)).Pixels;
        Assert.All(Enumerable.Range(0, 65536), level => Assert.Equal((byte)Math.Floor(level / 257.0 + 0.5), bytes[level]));
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("webp")]
    public void A_file_cut_anywhere_is_refused(string format)
    {
        var picture = Pictures.Noise(3, 24, 24);
        var file = format switch { "png" => ImageCodec.EncodePng(picture), "jpg" => ImageCodec.EncodeJpeg(picture), _ => ImageCodec.EncodeWebp(picture) };
        foreach (var part in new[] { 0.0, 0.01, 0.1, 0.5, 0.9, 0.97 })
        {
            Assert.Throws<InvalidDataException>(() => ImageCodec.Decode(file.AsSpan(0, (int)(file.Length * part))));
        }
    }

    [Fact]
    public void A_png_with_a_flipped_bit_is_refused()
    {
        var file = ImageCodec.EncodePng(Pictures.Smooth(1, 9, 9));
        for (var i = 0; i < file.Length; i++)
        {
            var damaged = file.ToArray();
            damaged[i] ^= 4;
            Assert.Throws<InvalidDataException>(() => ImageCodec.Decode(damaged));
        }
    }

    [Fact]
    public void Png_text_is_kept_in_any_script()
    {
        var text = new Dictionary<string, string> { ["settings"] = "{\"seed\": 7}", ["Title"] = "größer", ["note"] = "шум → 画像 🎲\nsecond line", ["empty"] = "" };
        var picture = Pictures.Smooth(3, 8, 8);
        var png = ImageCodec.EncodePng(picture, text);
        Assert.Equal(text, PngText.Read(png));
        Assert.Equal(picture.Pixels, ImageCodec.Decode(png).Pixels);
        var changed = PngText.Write(png, new Dictionary<string, string> { ["seed"] = "8" });
        Assert.Equal(["seed"], PngText.Read(changed).Keys);
        Assert.Equal(picture.Pixels, ImageCodec.Decode(changed).Pixels);
        Assert.Throws<ArgumentException>(() => ImageCodec.EncodePng(picture, new Dictionary<string, string> { [" bad"] = "x" }));
        Assert.Throws<InvalidDataException>(() => PngText.Read(png.AsSpan(0, png.Length - 20)));
    }

    [Fact]
    public void An_animation_has_its_frames_and_times()
    {
        var frames = Enumerable.Range(0, 5).Select(i => (Pictures.Plain((byte)(50 * i), 0, 200, 16), TimeSpan.FromMilliseconds(100 + 10 * i))).ToArray();
        using var data = SKData.CreateCopy(ImageCodec.EncodeAnimatedWebp(frames, quality: null));
        using var codec = SKCodec.Create(data);
        Assert.Equal([100, 110, 120, 130, 140], codec.FrameInfo.Select(frame => frame.Duration));
    }

    [Fact]
    public void Saving_and_loading_a_tensor_is_exact_to_a_byte()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var image = linspace(-1.2, 1.2, 3 * 20 * 10).reshape(3, 20, 10);
        ImageCodec.SavePng(image, folder["a.png"]);
        using var loaded = ImageCodec.ToTensor(ImageCodec.Load(folder["a.png"]));
        // Half a level of 2/255.
        Assert.InRange((loaded[0] - image.clamp(-1, 1)).abs().max().item<float>(), 0, 1 / 255f + 1e-6f);
        ImageCodec.Save(ImageCodec.FromTensor(image)[0], folder["b.webp"]);
        Assert.Equal(ImageCodec.Load(folder["a.png"]).Pixels, ImageCodec.Load(folder["b.webp"]).Pixels);
        Assert.Equal(["a.png", "b.webp"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
        Assert.Contains("a.txt", Assert.ThrowsAny<Exception>(() => ImageCodec.Load(folder["a.txt"])).Message);
    }

    [Fact]
    public void A_grid_shows_every_image_at_its_place()
    {
        var pictures = Enumerable.Range(0, 5).Select(i => Pictures.Plain((byte)(40 * i + 10), 1, 2, 3)).ToArray();
        var grid = ImageGrid.Tile(pictures, columns: 2, padding: 1, background: new Rgb(200, 201, 202), zoom: 2);
        Assert.Equal((3, 3 * 7 + 1, 2 * 7 + 1), (grid.Channels, grid.Height, grid.Width));
        byte At(int y, int x) => grid.Plane(0)[y * grid.Width + x];
        Assert.Equal([10, 50, 90, 130, 170, 200], [At(1, 1), At(6, 13), At(8, 1), At(8, 8), At(20, 6), At(20, 8)]);
        Assert.All(Enumerable.Range(0, grid.Width), x => Assert.Equal(200, At(7, x)));
        Assert.Throws<ArgumentException>(() => ImageGrid.Tile([]));
    }
}
