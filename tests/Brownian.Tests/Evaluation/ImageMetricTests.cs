using Brownian.Evaluation;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Evaluation;

public sealed class ImageMetricTests : LeakCheck
{
    [Fact]
    public void Peak_signal_to_noise_is_twenty_decibels_for_a_tenth_of_the_range()
    {
        using var scope = NewDisposeScope();
        var image = zeros(2, 3, 4, 5);
        var shifted = image.clone();
        shifted[0] += 0.2;
        Assert.Equal([20, double.PositiveInfinity], PeakSignalToNoise.Of(shifted, image, range: 2).Select(value => Math.Round(value, 5)));
    }

    [Fact]
    public void Similarity_of_equal_images_is_one_and_of_negatives_is_below_zero()
    {
        using var scope = NewDisposeScope();
        using var noise = new RandomStream(1);
        var images = noise.NormalLike(zeros(2, 3, 16, 13)) + 5;
        foreach (var similarity in new[] { new StructuralSimilarity(), StructuralSimilarity.Wang })
        {
            Assert.All(similarity.Of(images, images.clone(), 2), value => Assert.Equal(1, value, 12));
            Assert.All(similarity.Of(images, 10 - images, 2), value => Assert.InRange(value, -1, 0));
        }
    }

    [Fact]
    public void Similarity_of_flat_images_is_the_brightness_term()
    {
        using var scope = NewDisposeScope();
        var (a, b, c1) = (0.25, 0.75, 0.01 * 0.01);
        var similarity = StructuralSimilarity.Wang.Of(full(1, 1, 12, 12, a, dtype: ScalarType.Float64), full(1, 1, 12, 12, b, dtype: ScalarType.Float64), 1);
        Assert.Equal((2 * a * b + c1) / (a * a + b * b + c1), similarity[0], 10);
    }

    [Fact]
    public void The_map_is_as_large_as_the_images_and_its_inside_has_their_similarity()
    {
        using var scope = NewDisposeScope();
        using var noise = new RandomStream(2);
        var (a, b) = (noise.NormalLike(zeros(2, 3, 20, 17)), noise.NormalLike(zeros(2, 3, 20, 17)));
        var map = StructuralSimilarity.Wang.Map(a, b, 2);
        Assert.Equal(a.shape, map.shape);
        var inside = map[.., .., 5..15, 5..12].mean([1L, 2, 3]).data<double>().ToArray();
        Assert.Equal(StructuralSimilarity.Wang.Of(a, b, 2), inside, (x, y) => Math.Abs(x - y) < 1e-12);
    }

    [Fact]
    public void Similarity_does_not_depend_on_the_unit()
    {
        using var scope = NewDisposeScope();
        using var noise = new RandomStream(3);
        var (a, b) = (noise.NormalLike(zeros(1, 1, 9, 9)), noise.NormalLike(zeros(1, 1, 9, 9)));
        Assert.Equal(new StructuralSimilarity().Of(a, b, 2)[0], new StructuralSimilarity().Of(a * 128, b * 128, 256)[0], 6);
    }

    [Fact]
    public void Errors_say_what_was_expected()
    {
        using var scope = NewDisposeScope();
        string Of(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;
        Assert.Contains("at least 11×11 pixels", Of(() => StructuralSimilarity.Wang.Of(zeros(1, 1, 10, 20), zeros(1, 1, 10, 20), 1)), StringComparison.Ordinal);
        Assert.Contains("odd number", Of(() => new StructuralSimilarity { WindowSize = 8 }.Of(zeros(1, 1, 20, 20), zeros(1, 1, 20, 20), 1)), StringComparison.Ordinal);
        Assert.Contains("Resize or crop", Of(() => PeakSignalToNoise.Of(zeros(1, 1, 10, 20), zeros(1, 1, 20, 20), 1)), StringComparison.Ordinal);
        Assert.Contains("range", Of(() => PeakSignalToNoise.Of(zeros(1, 1, 1, 1), zeros(1, 1, 1, 1), 0)), StringComparison.Ordinal);
    }
}
