using Brownian.Data;
using Brownian.Evaluation;
using static TorchSharp.torch;

namespace Brownian.Cli.Evaluations;

/// <summary>Pictures of two folders that have the same name, whatever their endings; or two pictures.</summary>
/// <param name="Pairs">Name and both files.</param>
internal sealed record PicturePairs(IReadOnlyList<(string Name, string Generated, string Reference)> Pairs)
{
    /// <summary>Finds the pairs.</summary>
    /// <exception cref="UsageException">There are none, or a generated picture has no partner.</exception>
    public static PicturePairs Find(string generated, string reference)
    {
        if (File.Exists(generated) && File.Exists(reference))
        {
            return new([(Path.GetFileName(generated), generated, reference)]);
        }

        var (first, second) = (Files(generated), Files(reference));
        var alone = first.Keys.Where(name => !second.ContainsKey(name)).Order(StringComparer.Ordinal).ToArray();
        if (first.Count == 0 || alone.Length > 0)
        {
            throw new UsageException(
                $"psnr, ssim: expected a picture of the same name in {reference} for each in {generated}; "
                + (first.Count == 0 ? $"{generated} has none." : $"there is none for {string.Join(", ", alone.Take(3))}{(alone.Length > 3 ? $" and {alone.Length - 3} more" : "")}."));
        }

        return new([.. first.Select(entry => (entry.Key, entry.Value, second[entry.Key])).OrderBy(pair => pair.Key, StringComparer.Ordinal)]);
    }

    /// <summary>PSNR in dB and SSIM (Wang et al.'s) of every pair, of bytes.</summary>
    /// <param name="grey">Whether to compare grey values rather than colours.</param>
    /// <param name="cancellation">Checked after each pair.</param>
    public IReadOnlyList<(string Name, double Psnr, double Ssim)> Measure(bool grey, CancellationToken cancellation)
    {
        var measured = new List<(string, double, double)>();
        foreach (var (name, generated, reference) in Pairs)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (a, b) = (ImageCodec.Load(generated), ImageCodec.Load(reference));
            if ((a.Height, a.Width) != (b.Height, b.Width))
            {
                throw new UsageException($"{name}: expected two pictures of the same size; got {a.Width}×{a.Height} and {b.Width}×{b.Height}. Resize or crop one of them.");
            }

            var channels = grey || (a.Channels == 1 && b.Channels == 1) ? 1 : 3;
            var (x, y) = (Bytes(generated, channels), Bytes(reference, channels));
            measured.Add((name, PeakSignalToNoise.Of(x, y, 255)[0], StructuralSimilarity.Wang.Of(x, y, 255)[0]));
        }

        return measured;
    }

    private static Tensor Bytes(string file, int channels)
    {
        var picture = ImageCodec.Load(file, new DatasetOptions { Channels = channels });
        return tensor(picture.Pixels).reshape(1, channels, picture.Height, picture.Width).to(ScalarType.Float64);
    }

    private static Dictionary<string, string> Files(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"psnr, ssim: expected two folders of pictures, or two pictures; {folder} is no folder.");
        }

        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in PictureFiles.In(folder))
        {
            var name = Path.ChangeExtension(file, null);
            if (!named.TryAdd(name, Path.Combine(folder, file)))
            {
                throw new UsageException($"psnr, ssim: expected one picture of each name; {folder} has two of the name {name}.");
            }
        }

        return named;
    }
}
