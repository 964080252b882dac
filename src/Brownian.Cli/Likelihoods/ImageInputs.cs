using Brownian.Checkpoints;
using Brownian.Cli.Live;
using Brownian.Cli.Previews;
using Brownian.Cli.Terminals;
using Brownian.Data;
using static TorchSharp.torch;

namespace Brownian.Cli.Likelihoods;

/// <summary>Images that a model is shown, in its shape.</summary>
/// <param name="Images">[N, C, H, W] in [−1, 1].</param>
/// <param name="Names">What to call each.</param>
/// <param name="Labels">The class of each, where its data set knows one.</param>
/// <param name="Resized">How many had another size.</param>
internal sealed record ImageInputs(Tensor Images, IReadOnlyList<string> Names, IReadOnlyList<int?> Labels, int Resized) : IDisposable
{
    /// <summary>Says that images were resized, if any were: what is measured is not the image as it came.</summary>
    public static void Warn(Terminal terminal, ImageShape shape, int resized, int all)
    {
        if (resized > 0)
        {
            terminal.Warn($"{resized} of {Words.Counted(all, "image")} {(resized == 1 ? "was" : "were")} resized to {shape.Width}×{shape.Height}, the model's size");
        }
    }

    /// <inheritdoc cref="Warn(Terminal, ImageShape, int, int)"/>
    public void Warn(Terminal terminal, ImageShape shape) => Warn(terminal, shape, Resized, Names.Count);

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
        return new(images, [.. found.Select(f => f.Name)], [.. found.Select(f => f.Label)], found.Count(f => f.Resized));
    }

    public void Dispose() => Images.Dispose();

    private static IEnumerable<(string Name, Picture Picture, int? Label, bool Resized)> Pictures(string source, DatasetOptions options, string? split, int count)
    {
        if (File.Exists(source) && ImageCodec.Extensions.Contains(Path.GetExtension(source).ToLowerInvariant()))
        {
            var (own, fitted) = (ImageCodec.Load(source), ImageCodec.Load(source, options));
            return [(Path.GetFileName(source), fitted, null, (own.Height, own.Width) != (fitted.Height, fitted.Width))];
        }

        // A folder without parts is its own training split; of a named set those images count that no model has seen.
        var part = split ?? (Directory.Exists(source) ? "train" : "test");
        var set = UsageException.When(() => DatasetCatalog.Open(source, options with { Split = part }));
        return Enumerable.Range(0, Math.Min(count, set.Count)).Select(i => ($"{Path.GetFileName(source.TrimEnd('/'))} {i}", DatasetPreview.Read(set, i), set.Label(i), set.WasResized(i)));
    }
}
