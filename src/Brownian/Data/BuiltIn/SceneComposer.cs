namespace Brownian.Data.BuiltIn;

/// <summary>Makes up scenes: which objects, where, on what, and the sentence that says so.</summary>
internal static class SceneComposer
{
    private const double Margin = 0.03;

    public static Scene Compose(ref KeyedRandom random, bool heldOut)
    {
        var background = Background(ref random);
        return random.Chance(0.4) ? Alone(ref random, background, heldOut) : Pair(ref random, background, heldOut);
    }

    private static Scene Alone(ref KeyedRandom random, SceneBackground background, bool heldOut)
    {
        var thing = Object(ref random, background, heldOut, random.Chance(0.5));
        var place = random.Below(9);
        var room = thing.Radius + Margin;
        thing = thing with { X = Third(ref random, place % 3, room), Y = Third(ref random, place / 3, room) };
        var position = SceneWords.Positions[place];
        return new Scene([thing], null, position, background, Sentence($"{Name(thing)} {position}", ref random, background));
    }

    private static Scene Pair(ref KeyedRandom random, SceneBackground background, bool heldOut)
    {
        var first = Object(ref random, background, heldOut, random.Chance(0.5));
        SceneObject second;
        do
        {
            second = Object(ref random, background, false, random.Chance(0.5));
        }
        while ((second.Colour, second.Shape) == (first.Colour, first.Shape));

        // Two large ones must leave room for each other.
        var shrink = Math.Min(1, 0.43 / (first.Radius + second.Radius));
        (first, second) = (first with { Radius = shrink * first.Radius }, second with { Radius = shrink * second.Radius });
        var relation = random.Below(4);
        var (near, far) = relation % 2 == 0 ? (first, second) : (second, first);
        var gap = near.Radius + far.Radius + 0.02;
        var start = random.Between(near.Radius + Margin, 1 - Margin - far.Radius - gap);
        var end = random.Between(start + gap, 1 - Margin - far.Radius);
        // Across the relation's direction they differ by less than half as much, so that the relation is plain.
        var across = random.Between(near.Radius + Margin, 1 - near.Radius - Margin);
        var shift = random.Between(-0.4, 0.4) * (end - start);
        var other = Math.Clamp(across + shift, far.Radius + Margin, 1 - far.Radius - Margin);
        across = Math.Clamp(across, other - 0.45 * (end - start), other + 0.45 * (end - start));
        (near, far) = relation < 2
            ? (near with { X = start, Y = across }, far with { X = end, Y = other })
            : (near with { X = across, Y = start }, far with { X = other, Y = end });
        (first, second) = relation % 2 == 0 ? (near, far) : (far, near);
        var word = SceneWords.Relations[relation];
        return new Scene([first, second], word, null, background, Sentence($"{Name(first)} {word} {Name(second)}", ref random, background));
    }

    private static SceneObject Object(ref KeyedRandom random, SceneBackground background, bool heldOut, bool large)
    {
        int colour, shape;
        do
        {
            (colour, shape) = (random.Below(SceneWords.Colours.Length), random.Below(SceneWords.Shapes.Length));
        }
        while (SceneWords.IsHeldOut(colour, shape) != heldOut
            || !SceneWords.StandsOut(SceneWords.Colours[colour].Paint, background.Paint)
            || !SceneWords.StandsOut(SceneWords.Colours[colour].Paint, background.Second));

        var radius = large ? random.Between(0.20, 0.245) : random.Between(0.115, 0.14);
        var (name, paint) = SceneWords.Colours[colour];
        var turn = 0.09 * random.Bell();
        return new SceneObject(large ? "large" : "small", name, SceneWords.Shapes[shape], 0.5, 0.5, radius, turn, Vary(paint, ref random, 12));
    }

    private static SceneBackground Background(ref KeyedRandom random)
    {
        var (name, paint) = SceneWords.Backgrounds[random.Below(SceneWords.Backgrounds.Length)];
        paint = Vary(paint, ref random, 8);
        var pattern = random.Uniform() switch { < 0.6 => "plain", < 0.8 => "striped", _ => "checkered" };
        var step = paint.Luma > 128 ? -26 : 26;
        var second = pattern == "plain" ? paint : new Rgb(Add(paint.R, step), Add(paint.G, step), Add(paint.B, step));
        return new SceneBackground(pattern, name, paint, second, random.Between(0.09, 0.17), random.Chance(0.5));
    }

    private static string Name(SceneObject thing) => $"a {thing.Size} {thing.Colour} {thing.Shape}";

    /// <summary>Half of the sentences tell the background too.</summary>
    private static string Sentence(string objects, ref KeyedRandom random, SceneBackground background)
    {
        if (random.Chance(0.5))
        {
            return objects;
        }

        return background.Pattern == "plain" ? $"{objects} on a {background.Colour} background" : $"{objects} on a {background.Pattern} {background.Colour} background";
    }

    private static double Third(ref KeyedRandom random, int third, double room)
    {
        var (low, high) = third switch { 0 => (room, 0.30), 1 => (0.44, 0.56), _ => (0.70, 1 - room) };
        return low < high ? random.Between(low, high) : (third == 0 ? room : 1 - room);
    }

    private static Rgb Vary(Rgb colour, ref KeyedRandom random, int by) =>
        new(Add(colour.R, random.Below(2 * by + 1) - by), Add(colour.G, random.Below(2 * by + 1) - by), Add(colour.B, random.Below(2 * by + 1) - by));

    private static byte Add(byte value, int by) => (byte)Math.Clamp(value + by, 0, 255);
}
