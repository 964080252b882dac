using Brownian.Data.Png;

namespace Brownian.Data.Formats;

/// <summary>
/// CIFAR-10 kept small without loss: for each batch a grey PNG of three square mosaics of 100 × 100 images one under another — green,
/// red − green, blue − green, modulo 256 — and a file with a byte for each label.
/// </summary>
internal static class CifarPlanes
{
    private const int Side = 3200;

    public static bool IsIn(string folder, string split) =>
        split is "train" or "test" && Array.TrueForAll(Batches(split), batch => File.Exists(Path.Combine(folder, batch + ".planes.png")));

    public static MemoryDataset Open(string folder, string split, string name)
    {
        var batches = Array.ConvertAll(Batches(split), batch => Path.Combine(folder, batch));
        var images = new ReadOnlyMemory<byte>[10_000 * batches.Length];
        Parallel.For(0, batches.Length, i => Read(batches[i] + ".planes.png").CopyTo(images, 10_000 * i));
        var labels = batches.SelectMany(batch => File.ReadAllBytes(batch + ".labels.bin")).Select(label => (int)label).ToArray();
        return new MemoryDataset(name, (3, 32, 32), images, labels, CifarFolder.TenClasses);
    }

    private static string[] Batches(string split) => Array.ConvertAll(CifarFolder.TenFiles(split), Path.GetFileNameWithoutExtension)!;

    private static ReadOnlyMemory<byte>[] Read(string path)
    {
        var mosaic = PngReader.Read(File.ReadAllBytes(path));
        if ((mosaic.Channels, mosaic.Width, mosaic.Height, mosaic.Levels) != (1, Side, 3 * Side, 255))
        {
            throw new InvalidDataException($"{path}: expected an 8-bit grey PNG of {Side}×{3 * Side} pixels; got {mosaic.Width}×{mosaic.Height}.");
        }

        var images = new ReadOnlyMemory<byte>[10_000];
        for (var n = 0; n < images.Length; n++)
        {
            var image = new byte[3 * 32 * 32];
            for (var i = 0; i < 32 * 32; i++)
            {
                var at = (32 * (n / 100) + i / 32) * Side + 32 * (n % 100) + i % 32;
                var green = mosaic.Samples[at];
                image[i] = (byte)(mosaic.Samples[at + Side * Side] + green);
                image[i + 1024] = (byte)green;
                image[i + 2048] = (byte)(mosaic.Samples[at + 2 * Side * Side] + green);
            }

            images[n] = image;
        }

        return images;
    }
}
