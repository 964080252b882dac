namespace Brownian.Data.BuiltIn;

/// <summary>
/// <c>builtin:strokes</c>: handwriting-like digits, white on black as in MNIST, drawn when they are read. Image <c>i</c> is a pure function
/// of the seed, the split and <c>i</c>, with the same bytes on every platform; its class is <c>i mod 10</c>.
/// </summary>
public sealed class StrokesDataset : IImageDataset
{
    private static readonly string[] Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    private readonly ThreadLocal<InkCanvas> canvas;
    private readonly ulong seed;
    private readonly ulong split;

    /// <summary>A set of drawn digits.</summary>
    /// <param name="split"><c>train</c> (20,000 by default) or <c>test</c> (2,000): different pictures.</param>
    /// <param name="count">The number of images; any.</param>
    /// <param name="seed">Another seed is another set.</param>
    /// <param name="size">The side of the pictures in pixels.</param>
    public StrokesDataset(string split = "train", int? count = null, ulong seed = 0, int size = 28)
    {
        this.split = split switch
        {
            "train" => 0,
            "test" => 1,
            _ => throw new ArgumentException($"builtin:strokes has the splits train and test; got '{split}'.", nameof(split)),
        };
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 8);
        ArgumentOutOfRangeException.ThrowIfLessThan(count ?? 1, 1, nameof(count));
        this.seed = seed;
        Count = count ?? (this.split == 0 ? 20_000 : 2_000);
        Height = Width = size;
        canvas = new(() => new InkCanvas(size));
    }

    /// <inheritdoc/>
    public string Name => "builtin:strokes";

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int Channels => 1;

    /// <inheritdoc/>
    public int Height { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => Digits;

    /// <inheritdoc/>
    public int? Label(int index) => index % 10;

    /// <inheritdoc/>
    public string? Caption(int index) => null;

    /// <inheritdoc/>
    public void Read(int index, Span<byte> chw)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var random = new KeyedRandom(seed, 0x5354524F4B4553, split, (ulong)index);
        var hand = new Handwriting(ref random);
        var lines = new List<List<(double X, double Y)>>();
        foreach (var stroke in Manner(index % 10, ref random))
        {
            var line = new List<(double X, double Y)>(96);
            PenPath.Trace(hand.Place(stroke, ref random), line);
            lines.Add(line);
        }

        Draw(lines, hand, canvas.Value!, chw);
    }

    private static PenPoint[][] Manner(int digit, ref KeyedRandom random)
    {
        var at = random.Uniform();
        var manners = DigitStrokes.Of(digit);
        foreach (var (share, strokes) in manners)
        {
            at -= share;
            if (at < 0)
            {
                return strokes;
            }
        }

        return manners[^1].Strokes;
    }

    private void Draw(List<List<(double X, double Y)>> lines, Handwriting hand, InkCanvas ink, Span<byte> chw)
    {
        var (left, right) = (lines.Min(line => line.Min(p => p.X)), lines.Max(line => line.Max(p => p.X)));
        var (top, bottom) = (lines.Min(line => line.Min(p => p.Y)), lines.Max(line => line.Max(p => p.Y)));
        var pixel = Width / 28.0;
        var scale = (hand.Height - 2 * hand.Radius(0.5)) * pixel / Math.Max(bottom - top, right - left);
        var (x0, y0) = (Width / 2.0 + hand.Shift.X * pixel - scale * (left + right) / 2, Height / 2.0 + hand.Shift.Y * pixel - scale * (top + bottom) / 2);
        ink.Clear();
        foreach (var line in lines)
        {
            for (var i = 1; i < line.Count; i++)
            {
                var (a, b) = (line[i - 1], line[i]);
                var (r0, r1) = (hand.Radius((i - 1.0) / (line.Count - 1)), hand.Radius((double)i / (line.Count - 1)));
                ink.Line(x0 + scale * a.X, y0 + scale * a.Y, x0 + scale * b.X, y0 + scale * b.Y, r0 * pixel, r1 * pixel);
            }
        }

        ink.Write(hand.Softness * pixel, hand.Ink, chw);
    }
}
