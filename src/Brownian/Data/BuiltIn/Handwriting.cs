namespace Brownian.Data.BuiltIn;

/// <summary>
/// One way of writing: what stays the same along a digit (slant, proportions, pen) and how the hand trembles. Drawn anew for each picture.
/// </summary>
internal sealed class Handwriting
{
    private readonly double slant, aspect, turnSine, turnCosine, waistY, waistX, bend, bendAt, tremble;
    private readonly double roundCorners, radius, pressureSlope, pressureSwell, height, shiftX, shiftY;

    public Handwriting(ref KeyedRandom random)
    {
        slant = 0.12 + 0.21 * random.Bell();
        aspect = Math.Clamp(1.04 + 0.21 * random.Bell(), 0.6, 1.7);
        var turn = 0.085 * random.Bell();
        // sin and cos by their series: the same bits on every platform, and exact enough below 0.4.
        turnSine = turn - turn * turn * turn / 6;
        turnCosine = 1 - turn * turn / 2 + turn * turn * turn * turn / 24;
        waistY = 0.22 * random.Bell();
        waistX = 0.24 * random.Bell();
        bend = 0.045 * random.Bell();
        bendAt = random.Uniform();
        tremble = 0.012 + 0.032 * random.Uniform();
        roundCorners = random.Chance(0.5) ? 0.1 : 0.6;
        radius = Math.Clamp(1.26 + 0.34 * random.Bell(), 0.78, 2.2);
        pressureSlope = 0.14 * random.Bell();
        pressureSwell = 0.12 * random.Bell();
        height = Math.Clamp(20 + 0.9 * random.Bell(), 17, 22.5);
        shiftX = 0.7 * random.Bell();
        shiftY = 0.7 * random.Bell();
        Softness = random.Between(1.05, 1.75);
        Ink = random.Between(0.93, 1);
    }

    /// <summary>The width of the ink's edge, in pixels.</summary>
    public double Softness { get; }

    /// <summary>How dark the ink is, 0 … 1.</summary>
    public double Ink { get; }

    /// <summary>The largest side of the digit's box, in pixels of a 28-pixel picture.</summary>
    public double Height => height;

    /// <summary>How far the digit is off the middle, in pixels of a 28-pixel picture.</summary>
    public (double X, double Y) Shift => (shiftX, shiftY);

    /// <summary>The points as this hand would place them.</summary>
    public PenPoint[] Place(PenPoint[] stroke, ref KeyedRandom random)
    {
        var placed = new PenPoint[stroke.Length];
        // Neighbouring points err together: a hand drifts more than it trembles.
        var (driftX, driftY) = (tremble * random.Bell(), tremble * random.Bell());
        for (var i = 0; i < stroke.Length; i++)
        {
            driftX = 0.6 * driftX + tremble * random.Bell();
            driftY = 0.6 * driftY + tremble * random.Bell();
            var corner = stroke[i].Corner && !random.Chance(roundCorners);
            var (x, y) = Shape(stroke[i].X + driftX, stroke[i].Y + driftY);
            placed[i] = new PenPoint(x, y, corner);
        }

        return placed;
    }

    /// <summary>The pen's radius (pixels of a 28-pixel picture) at a place of a stroke, 0 at its start and 1 at its end.</summary>
    public double Radius(double along) =>
        Math.Max(0.55, radius * (1 + pressureSlope * (2 * along - 1) + pressureSwell * (1 - 8 * along * (1 - along))));

    private (double X, double Y) Shape(double x, double y)
    {
        y += waistY * y * (1 - y);
        x += waistX * x * (0.64 - x) + bend * Arch(y * 0.8 + bendAt);
        x = (x - 0.32) * aspect + slant * (0.5 - y);
        y -= 0.5;
        return (turnCosine * x - turnSine * y, turnSine * x + turnCosine * y);
    }

    /// <summary>A smooth periodic bump between −1 and 1.</summary>
    private static double Arch(double t)
    {
        t = 2 * (t - Math.Floor(t)) - 1;
        return 4 * t * (1 - Math.Abs(t));
    }
}
