using Brownian.Likelihood;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Tasks;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Tasks;

public sealed class LikelihoodTaskTests : LeakCheck
{
    private static readonly EdmPath Path = new();

    [Fact]
    public void Images_of_a_gaussian_have_the_probability_of_their_bins()
    {
        using var scope = NewDisposeScope();
        using var network = new GaussianNetwork();
        var images = Images(3);
        var results = MeasureLikelihood.Run(Model(network), images, new() { Repeats = 6 }).ToArray();
        var oracle = new GaussianOracle();
        var centre = oracle.LogDensity(images.to(ScalarType.Float64), Path.Cleanest);
        Assert.Equal([0, 1, 2], results.Select(r => r.Index));
        for (var i = 0; i < 3; i++)
        {
            // Over a bin of 2/255 the log-density changes by up to 0.03 a pixel; half a bin, averaged over 32 pixels and 6 repeats.
            var exact = centre[i].item<double>() + 32 * Math.Log(2.0 / 255);
            Assert.Equal(exact, results[i].Nats.Mean, 0.15);
            Assert.Equal(-results[i].Nats.Mean / (32 * Math.Log(2)), results[i].BitsPerDimension.Mean, 1e-12);
            Assert.InRange(results[i].Nats.Error, 1e-5, 0.1);
            Assert.Equal(6, results[i].Draws.Count);
        }

        Assert.Equal(results[0].Evaluations, network.Calls);
    }

    [Fact]
    public void An_image_has_the_same_likelihood_in_a_batch_of_any_size()
    {
        using var scope = NewDisposeScope();
        using var network = new GaussianNetwork();
        var images = Images(5);
        double[] Nats(int batch) => [.. MeasureLikelihood.Run(Model(network), images, new() { BatchSize = batch, Probes = 2, Distribution = ProbeDistribution.Gaussian }).Select(r => r.Nats.Mean)];

        // A batch shares its steps: equal within the tolerance of 1e-5 a step.
        Assert.All(Nats(5).Zip(Nats(2)), pair => Assert.Equal(pair.First, pair.Second, 0.01));
    }

    [Fact]
    public void Common_noise_makes_equal_images_equal()
    {
        using var scope = NewDisposeScope();
        using var network = new GaussianNetwork();
        var twins = Images(1).expand(2, -1, -1, -1);
        var request = new LikelihoodRequest { Distribution = ProbeDistribution.Gaussian };
        var own = MeasureLikelihood.Run(Model(network), twins, request).ToArray();
        Assert.NotEqual(own[0].Nats.Mean, own[1].Nats.Mean, 1e-3);
        var common = MeasureLikelihood.Run(Model(network), twins, request with { CommonNoise = true }).ToArray();
        Assert.Equal(common[0].Nats.Mean, common[1].Nats.Mean, 1e-9);
    }

    [Fact]
    public void An_image_is_encoded_along_the_exact_flow_and_comes_back()
    {
        using var scope = NewDisposeScope();
        using var network = new GaussianNetwork();
        var images = Images(2);
        network.train();
        var latent = Encode.Run(Model(network), images, new());
        var exact = new GaussianOracle().Flow(images.to(ScalarType.Float64), Path.Cleanest, Path.Noisiest);
        Assert.True(latent.State.to(ScalarType.Float64).allclose(exact, 1e-3, 1e-2));
        var back = Encode.Invert(Model(network), latent.State, new());
        Assert.True(back.State.allclose(images, 0, 1e-3));
        Assert.Equal(network.Calls, latent.Evaluations + back.Evaluations);
        Assert.True(network.training);
    }

    [Fact]
    public void A_network_on_a_discrete_path_is_encoded_and_comes_back_too()
    {
        using var scope = NewDisposeScope();
        using var network = new WaveNetwork();
        var model = new DiffusionModel(network, DiscretePath.Linear(), new PredictV());
        var images = Images(2);
        var latent = Encode.Run(model, images, new() { Condition = new() { Labels = tensor(new long[] { 1, 2 }) } });
        var back = Encode.Invert(model, latent.State, new() { Condition = new() { Labels = tensor(new long[] { 1, 2 }) } });
        Assert.True(back.State.allclose(images, 0, 2e-3), $"{(back.State - images).abs().max().item<float>()}");
    }

    [Fact]
    public void An_image_is_compared_with_its_variants_as_the_closed_form_has_it()
    {
        using var scope = NewDisposeScope();
        using var network = new GaussianNetwork();
        var image = Images(1);
        (string, Tensor)[] variants = [("noise", ImageVariants.Noise(image, 0.2, 1)), ("shift", ImageVariants.Shift(image, 0.1))];
        var comparison = Compare.Run(Model(network), image, variants, new());
        var oracle = new GaussianOracle();
        var at = Path.AtNoiseToSignal(0.1);
        double Density(Tensor x, NoiseLevel level) => oracle.LogDensity(x.to(ScalarType.Float64), level).item<double>();
        foreach (var ((name, variant), compared) in variants.Zip(comparison.Variants))
        {
            // Of a Gaussian's log-density, a quadratic, noise and its negative leave the difference as it is.
            Assert.Equal(name, compared.Name);
            Assert.Equal(Density(image, at) - Density(variant, at), compared.Score.Mean, 1e-3);
            Assert.Equal(compared.Score.Mean, compared.Parts.sum().item<double>(), 1e-6);

            // The same noise in both bins: its effect is (x − x')·u/variance, of half a bin a pixel.
            Assert.Equal(Density(image, Path.Cleanest) - Density(variant, Path.Cleanest), compared.Likelihood!.Value.Mean, 0.1);
            Assert.InRange(compared.Likelihood!.Value.Error, 0, 0.02);
            Assert.Equal((variant - image).square().mean().sqrt().item<float>(), compared.Distance, 1e-6);
        }

        // x̂0 − x of a Gaussian is σ²/(σ² + s²)·(mean − x).
        Assert.True(comparison.Pull.allclose((0.3 - image) * (0.01 / 0.26), 0, 1e-5));
    }

    [Fact]
    public void Likelihoods_can_be_left_out_of_a_comparison()
    {
        using var scope = NewDisposeScope();
        using var network = new GaussianNetwork();
        var image = Images(1);
        var comparison = Compare.Run(Model(network), image, [("shift", ImageVariants.Shift(image, 0.1))], new() { Likelihood = null, Draws = 0 });
        Assert.Null(comparison.BitsPerDimension);
        Assert.Null(comparison.Variants[0].Likelihood);
        Assert.Equal(0, comparison.Evaluations);
    }

    [Fact]
    public void Variants_are_small_changes_whose_values_are_bytes()
    {
        using var scope = NewDisposeScope();
        var image = arange(0, 2 * 12 * 12).reshape(1, 2, 12, 12).remainder(256).to(ScalarType.Float32) / 127.5f - 1;
        foreach (var name in ImageVariants.Names)
        {
            var variant = ImageVariants.Make(name, image);
            Assert.Equal(image.shape, variant.shape);
            Assert.False(variant.Equals(image));
            var bytes = (variant + 1) * 127.5;
            Assert.True(bytes.allclose(bytes.round(), 0, 1e-3), name);
            Assert.InRange(variant.abs().max().item<float>(), 0, 1.00001);
        }

        Assert.True(ImageVariants.Patch(image, 0.3).flatten().sort().Values.Equals(image.flatten().sort().Values));
        Assert.True(ImageVariants.Shift(image, 0.2)[TensorIndex.Ellipsis, 2.., 2..].Equals(image[TensorIndex.Ellipsis, ..^2, ..^2]));
        Assert.True(ImageVariants.Make("noise", image, seed: 5).Equals(ImageVariants.Make("noise", image, seed: 5)));
        Assert.Contains("noise, patch, shift", Assert.Throws<ArgumentException>(() => ImageVariants.Make("blur", image)).Message, StringComparison.Ordinal);
    }

    private static DiffusionModel Model(Network network) => new(network, Path, new PredictX0());

    /// <summary>Small images of bytes, [N, 2, 4, 4].</summary>
    private static Tensor Images(int count)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomStream(9);
        return (random.Uniform(count, 2, 4, 4).mul_(255).round_() / 127.5f - 1).MoveToOuterDisposeScope();
    }
}
