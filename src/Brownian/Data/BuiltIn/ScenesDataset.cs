namespace Brownian.Data.BuiltIn;

/// <summary>
/// <c>builtin:scenes</c>: one or two coloured shapes on a background, RGB, with captions such as "a large red circle left of a small blue
/// triangle". Image <c>i</c> is a pure function of the seed, the split and <c>i</c>, with the same bytes on every platform; its class is the
/// (first) shape. Some pairs of colour and shape are only in the split <c>heldout</c>, whose pictures all have one.
/// </summary>
public sealed class ScenesDataset : IImageDataset
{
    private readonly ulong seed;
    private readonly ulong split;

    /// <summary>A set of drawn scenes.</summary>
    /// <param name="split"><c>train</c> (20,000 by default), <c>test</c> (2,000) or <c>heldout</c> (2,000).</param>
    /// <param name="count">The number of images; any.</param>
    /// <param name="seed">Another seed is another set.</param>
    /// <param name="size">The side of the pictures in pixels, such as 32 or 64.</param>
    public ScenesDataset(string split = "train", int? count = null, ulong seed = 0, int size = 32)
    {
        this.split = split switch
        {
            "train" => 0,
            "test" => 1,
            "heldout" => 2,
            _ => throw new ArgumentException($"builtin:scenes has the splits train, test and heldout; got '{split}'.", nameof(split)),
        };
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 8);
        ArgumentOutOfRangeException.ThrowIfLessThan(count ?? 1, 1, nameof(count));
        this.seed = seed;
        Count = count ?? (this.split == 0 ? 20_000 : 2_000);
        Height = Width = size;
    }

    /// <inheritdoc/>
    public string Name => "builtin:scenes";

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int Channels => 3;

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => SceneWords.Shapes;

    /// <summary>What an image shows.</summary>
    public Scene Describe(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var random = new KeyedRandom(seed, 0x5343454E4553, split, (ulong)index);
        return SceneComposer.Compose(ref random, heldOut: split == 2);
    }

    /// <inheritdoc/>
    public int? Label(int index) => Array.IndexOf(SceneWords.Shapes, Describe(index).Objects[0].Shape);

    /// <inheritdoc/>
    public string? Caption(int index) => Describe(index).Caption;

    /// <inheritdoc/>
    public void Read(int index, Span<byte> chw)
    {
        var scene = Describe(index);
        PaintBackground(scene.Background, chw);
        foreach (var thing in scene.Objects)
        {
            PaintObject(thing, chw);
        }
    }

    private void PaintBackground(SceneBackground background, Span<byte> chw)
    {
        var cell = background.Cell * Width;
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var (column, row) = ((int)(x / cell), (int)(y / cell));
                var odd = background.Pattern == "checkered" ? column + row : background.Upright ? column : row;
                Blend(chw, y * Width + x, odd % 2 == 0 ? background.Paint : background.Second, 1);
            }
        }
    }

    private void PaintObject(SceneObject thing, Span<byte> chw)
    {
        var (sine, cosine) = (thing.TurnSine, Math.Sqrt(1 - thing.TurnSine * thing.TurnSine));
        var pixel = 1 / (thing.Radius * Width);
        var reach = 1.25 * thing.Radius;
        for (var y = Pixel(thing.Y - reach); y < Pixel(thing.Y + reach) + 1 && y < Height; y++)
        {
            for (var x = Pixel(thing.X - reach); x < Pixel(thing.X + reach) + 1 && x < Width; x++)
            {
                var (px, py) = ((x + 0.5 - thing.X * Width) * pixel, (y + 0.5 - thing.Y * Height) * pixel);
                var distance = ShapeOutline.Distance(thing.Shape, cosine * px + sine * py, cosine * py - sine * px);
                Blend(chw, y * Width + x, thing.Paint, Math.Clamp(0.5 - distance / pixel, 0, 1));
            }
        }
    }

    private int Pixel(double at) => Math.Clamp((int)(at * Width), 0, Width);

    private void Blend(Span<byte> chw, int at, Rgb paint, double cover)
    {
        var area = Width * Height;
        chw[at] = Mix(chw[at], paint.R, cover);
        chw[at + area] = Mix(chw[at + area], paint.G, cover);
        chw[at + 2 * area] = Mix(chw[at + 2 * area], paint.B, cover);
    }

    private static byte Mix(byte under, byte over, double cover) => (byte)(under + (over - under) * cover + 0.5);
}
