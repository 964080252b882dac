namespace Brownian.Data.Sources;

/// <summary>A data set as pictures, to give it another size or other channels.</summary>
internal sealed class DatasetSource(IImageDataset dataset) : PictureSource
{
    public override string Name => dataset.Name;

    public override int Count => dataset.Count;

    public override IReadOnlyList<string>? ClassNames => dataset.ClassNames;

    public override string NameOf(int index) => $"image {index}";

    public override int? Label(int index) => dataset.Label(index);

    public override string? Caption(int index) => dataset.Caption(index);

    public override PixelBuffer Load(int index)
    {
        var picture = new Picture(dataset.Channels, dataset.Height, dataset.Width);
        dataset.Read(index, picture.Pixels);
        return PixelBuffer.From(picture);
    }
}
