using Brownian.Checkpoints;
using Brownian.Cli.Previews;
using Brownian.Data;
using static TorchSharp.torch;

namespace Brownian.Cli.Likelihoods;

/// <summary>Images that a model is shown, in its shape.</summary>
/// <param name="Images">[N, C, H, W] in [−1, 1].</param>
/// <param name="Names">What to call each.</param>
/// <param name="Labels">The class of each, where its data set knows one.</param>
internal sealed record ImageInputs(Tensor Images, IReadOnlyList<string> Names, IReadOnlyList<int?> Labels) : IDisposable
{
    /// <summary>Reads files, folders and data sets; of the latter two the first <paramref name="count"/> images.</summary>
    /// <exception cref="UsageException">Something that is neither, or has another shape than the model's.</exception>
    public static ImageInputs Load(ModelBundle bundle, IReadOnlyList<string> sources, string? dataFolder, string? split, int count)
    {
        var shape = bundle.Image;
        var options = new DatasetOptions
        {
            Channels = shape.Channels,
            Size = shape.Height == shape.Width ? shape.Height : null,
            DataDirectory = dataFolder,
        };
        var found = sources.SelectMany(source => Pictures(source, options, split, count)).ToArray();
        if (found.FirstOrDefault(f => (f.Picture.Height, f.Picture.Width) != (shape.Height, shape.Width)) is { Name: not null } other)
        {
            throw new UsageException($"{other.Name}: expected {shape.Width}×{shape.Height} pixels, as the model draws; got {other.Picture.Width}×{other.Picture.Height}. Resize it.");
        }

        using var scope = NewDisposeScope();
        var images = cat([.. found.Select(f => ImageCodec.ToTensor(f.Picture))], 0).DetachFromDisposeScope();
        return new(images, [.. found.Select(f => f.Name)], [.. found.Select(f => f.Label)]);
    }

    public void Dispose() => Images.Dispose();

    private static IEnumerable<(string Name, Picture Picture, int? Label)> Pictures(string source, DatasetOptions options, string? split, int count)
    {
        if (File.Exists(source) && ImageCodec.Extensions.Contains(Path.GetExtension(source).ToLowerInvariant()))
        {
            return [(Path.GetFileName(source), ImageCodec.Load(source, options), null)];
        }

        // A folder without parts is its own training split; of a named set those images count that no model has seen.
        var part = split ?? (Directory.Exists(source) ? "train" : "test");
        var set = UsageException.When(() => DatasetCatalog.Open(source, options with { Split = part }));
        return Enumerable.Range(0, Math.Min(count, set.Count)).Select(i => ($"{Path.GetFileName(source.TrimEnd('/'))} {i}", DatasetPreview.Read(set, i), set.Label(i)));
    }
}
