using System.Security.Cryptography;
using Brownian.Data;
using Brownian.Data.BuiltIn;

namespace Brownian.Tests.Data;

public sealed class ScenesTests
{
    [Theory]
    [InlineData(32, "8c1866912c6378c7")]
    [InlineData(64, "d166e6a9cc0a6fd0")]
    public void The_same_seed_draws_the_same_bytes_on_every_platform(int size, string expected)
    {
        var set = new ScenesDataset("train", 100, size: size);
        var bytes = Enumerable.Range(0, set.Count).SelectMany(i => Pictures.Of(set, i)).ToArray();
        Assert.Equal(expected, Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]);
    }

    [Fact]
    public void Captions_say_what_the_scene_has()
    {
        var set = new ScenesDataset("train", 2000);
        for (var i = 0; i < set.Count; i++)
        {
            var scene = set.Describe(i);
            var (first, caption) = (scene.Objects[0], set.Caption(i)!);
            Assert.StartsWith($"a {first.Size} {first.Colour} {first.Shape} {scene.Relation ?? scene.Position}", caption);
            Assert.Equal(first.Shape, set.ClassNames[set.Label(i)!.Value]);
            if (scene.Relation is { } relation)
            {
                var second = scene.Objects[1];
                Assert.Contains($"{relation} a {second.Size} {second.Colour} {second.Shape}", caption);
            }
        }
    }

    [Fact]
    public void Objects_lie_as_the_words_say_apart_and_inside_the_picture()
    {
        var set = new ScenesDataset("test", 2000, seed: 3);
        for (var i = 0; i < set.Count; i++)
        {
            var scene = set.Describe(i);
            Assert.All(scene.Objects, thing => Assert.InRange(thing.X, thing.Radius, 1 - thing.Radius));
            Assert.All(scene.Objects, thing => Assert.InRange(thing.Y, thing.Radius, 1 - thing.Radius));
            if (scene.Objects.Count == 1)
            {
                var thing = scene.Objects[0];
                Assert.Equal(scene.Position!.Contains("left", StringComparison.Ordinal), thing.X < 0.4);
                Assert.Equal(scene.Position!.Contains("top", StringComparison.Ordinal), thing.Y < 0.4);
                continue;
            }

            var (a, b) = (scene.Objects[0], scene.Objects[1]);
            var (dx, dy) = (b.X - a.X, b.Y - a.Y);
            Assert.InRange(Math.Sqrt(dx * dx + dy * dy), a.Radius + b.Radius, 2);
            var (along, across) = scene.Relation switch { "left of" => (dx, dy), "right of" => (-dx, dy), "above" => (dy, dx), _ => (-dy, dx) };
            Assert.InRange(Math.Abs(across), 0, along);
        }
    }

    [Fact]
    public void Held_out_pairs_are_in_no_other_split_and_their_words_are()
    {
        static HashSet<(string, string)> Pairs(string split, bool firstOnly) =>
            [.. Enumerable.Range(0, 4000).Select(new ScenesDataset(split, 4000).Describe).SelectMany(scene => firstOnly ? scene.Objects.Take(1) : scene.Objects).Select(thing => (thing.Colour, thing.Shape))];

        var (train, heldOut) = (Pairs("train", false), Pairs("heldout", true));
        Assert.Equal((72, 8), (train.Count, heldOut.Count));
        Assert.Empty(train.Intersect(heldOut));
        Assert.Empty(Pairs("test", false).Intersect(heldOut));
        Assert.Empty(heldOut.Select(pair => pair.Item1).Except(train.Select(pair => pair.Item1)));
        Assert.Empty(heldOut.Select(pair => pair.Item2).Except(train.Select(pair => pair.Item2)));
    }

    [Fact]
    public void The_middle_of_an_object_has_its_colour()
    {
        var set = new ScenesDataset("train", 500, size: 64);
        for (var i = 0; i < set.Count; i++)
        {
            var thing = set.Describe(i).Objects[^1];
            if (thing.Shape == "ring")
            {
                continue;
            }

            var (picture, at) = (Pictures.Of(set, i), (int)(thing.Y * 64) * 64 + (int)(thing.X * 64));
            Assert.Equal(thing.Paint, new Rgb(picture[at], picture[at + 4096], picture[at + 8192]));
        }
    }
}
