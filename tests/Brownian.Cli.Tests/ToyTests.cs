using Brownian.Cli.Toys;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Cli.Tests;

public sealed class ToyTests
{
    public static TheoryData<string> Data => [.. KnownNames.Toys];

    public static TheoryData<string> Families => [.. KnownNames.ToyFamilies];

    [Theory]
    [MemberData(nameof(Data))]
    public void A_sets_density_is_that_of_its_points_and_sums_to_one(string name)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomStream(1);
        const int Cells = 150;
        var data = ToyData.Find(name);
        foreach (var at in new[] { new NoiseLevel(0, 1, 0.03), new VariancePreserving().AtNoiseToSignal(0.4) })
        {
            var density = ToyGrid.Density(data, at, Cells);
            var cell = Math.Pow(2 * Figure.Window / Cells, 2);

            // All but the noise that leaves the frame, further out than 2.7 deviations.
            Assert.Equal(1, density.Sum() * cell, 0.02);

            // The mean of x² of points and of the density.
            var x0 = data.Draw(4000, random);
            var xt = (at.Alpha * x0 + at.Sigma * random.NormalLike(x0)) / ToyWalk.Unit(at);
            var grid = ToyGrid.Points(Cells);
            var wanted = (tensor(density) * cell * grid[.., 0].square()).sum().item<double>();
            Assert.Equal(wanted, xt[.., 0].square().mean().item<float>(), 0.03);
            Assert.InRange(Math.Sqrt(x0.square().mean().item<float>()), 0.35, 0.65);
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void The_likelihood_of_a_network_of_zeros_is_known(string name)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomStream(2);
        var (family, data) = (ToyFamily.Find(name), ToyData.Find("mixture"));
        using var network = Zeros(family);
        var density = ToyDensity.Of(new(network, family.Path, family.Output), data, 1, default);
        var (clean, noisy) = (family.Path.Cleanest, family.Path.Noisiest);
        var power = data.Draw(20_000, random).square().sum(1).mean().item<float>();

        // No noise is believed to be there: points are only scaled with α. EDM's zeros say N(0, 0.5²), those of a flow that nothing moves.
        var stretch = name switch
        {
            "edm" => 1 / ToyData.Deviation,
            "flow" => 1,
            _ => noisy.Alpha / clean.Alpha / family.Path.StartScale(noisy),
        };
        var wanted = Math.Log(2 * Math.PI) + power * stretch * stretch / 2 - 2 * Math.Log(stretch);
        Assert.Equal(wanted, density.CrossEntropy, 0.02 * (1 + power * stretch * stretch));
        Assert.InRange(density.StandardError, 1e-3, 0.1);
        var middle = density.OnGrid(3)[4];
        Assert.Equal(stretch * stretch / (2 * Math.PI), middle, 0.02 * middle);
    }

    [Fact]
    public void Pictures_are_drawn_of_any_model()
    {
        using var scope = NewDisposeScope();
        var (family, data) = (ToyFamily.Find("diffusion2015") with { WalkSteps = 10 }, ToyData.Find("mixture"));
        using var network = Zeros(family);
        var model = new DiffusionModel(network, family.Path, family.Output);
        var pictures = new ToyPictures(family, data, model, 1);
        var drawn = new[] { pictures.Forward(), pictures.Score(), pictures.Trajectories(), pictures.Density(ToyDensity.Of(model, data, 1, default)) };
        foreach (var picture in drawn)
        {
            // The frame around a panel, its inside, and a title above: many colours, and white at the edge.
            Assert.Equal(255, picture.Pixels[0]);
            Assert.True(picture.Plane(0).ToArray().Distinct().Count() > 60);
        }

        Assert.Equal("RIFF"u8, pictures.Animation().AsSpan(0, 4));
    }

    [Fact]
    public void Names_that_do_not_exist_are_answered_with_those_that_do()
    {
        Assert.Contains("checkerboard", Cli.Run("toy", "--data", "cats").Error, StringComparison.Ordinal);
        Assert.Contains("subvp", Cli.Run("toy", "--family", "gan").Error, StringComparison.Ordinal);
    }

    private static PointNetwork Zeros(ToyFamily family)
    {
        using var frozen = no_grad();
        var network = new PointNetwork(family.Path, family.Output, family.Objective.LearnsVariance ? 4 : 2, 8, 1, 3);
        foreach (var parameter in network.parameters())
        {
            parameter.zero_();
        }

        return network;
    }
}
