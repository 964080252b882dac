using Brownian.Likelihood;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>How much more likely an image is than small changes of it.</summary>
public static class Compare
{
    private const ulong Purpose = 0x636f_6d70;

    /// <summary>Compares, by the integral of the score and, if it is wanted, by the likelihood.</summary>
    /// <param name="model">The model; its network is put into evaluation mode for the time of the call.</param>
    /// <param name="image">[1, C, H, W] in [−1, 1]; borrowed.</param>
    /// <param name="variants">Names and images of the same shape; borrowed.</param>
    /// <param name="request">How.</param>
    /// <param name="cancellation">Checked before each network call.</param>
    public static Comparison Run(
        DiffusionModel model, Tensor image, IReadOnlyList<(string Name, Tensor Image)> variants, CompareRequest request, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var mode = new EvaluationMode(model.Network);
        var device = model.Network.parameters().FirstOrDefault()?.device ?? CPU;
        var view = new View(model, request, image.to(device), device);
        var likelihoods = Likelihoods(model, image, variants, request, cancellation);
        var compared = variants.Select((variant, i) => view.Of(variant.Name, variant.Image.to(device), likelihoods?[0], likelihoods?[i + 1], cancellation)).ToArray();
        compared = Array.ConvertAll(compared, c => c with { Parts = c.Parts.MoveToOuterDisposeScope(), Pull = c.Pull.MoveToOuterDisposeScope() });
        return new(likelihoods?[0].BitsPerDimension, view.Pull(image.to(device)).MoveToOuterDisposeScope(), compared, likelihoods?[0].Evaluations ?? 0);
    }

    /// <summary>All images in one solve, so that they also share its steps.</summary>
    private static List<ImageLikelihood>? Likelihoods(
        DiffusionModel model, Tensor image, IReadOnlyList<(string Name, Tensor Image)> variants, CompareRequest request, CancellationToken cancellation)
    {
        if (request.Likelihood is not { } how)
        {
            return null;
        }

        var images = cat([image, .. variants.Select(variant => variant.Image)], 0);
        var rows = (int)images.size(0);
        how = how with { CommonNoise = true, BatchSize = rows, Seed = request.Seed, Condition = Repeated(request.Condition, rows) };
        return [.. MeasureLikelihood.Run(model, images, how, cancellation: cancellation)];
    }

    private static Condition? Repeated(Condition? condition, int rows)
    {
        var whole = condition;
        for (var i = 1; i < rows && condition is not null; i++)
        {
            whole = Condition.Join(whole!, condition);
        }

        return whole;
    }

    /// <summary>What the model sees at one noise level.</summary>
    private sealed class View
    {
        private readonly CompareRequest request;
        private readonly IDenoiser denoiser;
        private readonly NoiseLevel at;
        private readonly Tensor image;
        private readonly List<Tensor?> noises;

        public View(DiffusionModel model, CompareRequest request, Tensor image, Device device)
        {
            (this.request, this.image) = (request, image);
            at = model.Path.AtNoiseToSignal(request.NoiseToSignal);
            denoiser = model.Bind(Repeated(request.Condition?.To(device), ScoreIntegral.Points));
            using var random = new RandomStream(request.Seed, Purpose);
            noises = [];
            for (var i = 0; i < (request.Draws + 1) / 2; i++)
            {
                var noise = random.NormalLike(image);
                noises.AddRange([noise, -noise]);
            }

            noises = request.Draws == 0 ? [null] : noises;
        }

        public VariantComparison Of(string name, Tensor variant, ImageLikelihood? own, ImageLikelihood? other, CancellationToken cancellation)
        {
            using var scope = NewDisposeScope();
            var integrals = noises.Select(noise => request.Integral.Evaluate(denoiser, at, image, variant, noise, cancellation)).ToArray();

            // Draws and their negatives are not independent; their means are.
            var draws = integrals.Chunk(2).Select(pair => -pair.Average(integral => integral.Nats));
            var parts = integrals.Select(integral => integral.Parts).Aggregate((a, b) => a + b) / -integrals.Length;
            Estimate? difference = own is null || other is null ? null : Estimate.Of([.. own.Draws.Zip(other.Draws, (a, b) => a - b)]);
            return new(
                name,
                (variant - image).to(ScalarType.Float64).square().mean().sqrt().item<double>(),
                Estimate.Of([.. draws]),
                integrals.Average(integral => integral.Error),
                difference,
                other?.BitsPerDimension,
                parts.to(CPU).MoveToOuterDisposeScope(),
                Pull(variant).MoveToOuterDisposeScope());
        }

        /// <summary>The mean of x̂0 − x over the draws: a draw and its negative take out the noise itself.</summary>
        public Tensor Pull(Tensor x)
        {
            using var scope = NewDisposeScope();
            var sum = zeros_like(x);
            foreach (var noise in noises)
            {
                // The denoiser is bound to the rows of an integral's panel.
                var noisy = noise is null ? x * at.Alpha : (x * at.Alpha).add_(noise, alpha: at.Sigma);
                sum.add_(denoiser.Denoise(noisy.expand(ScoreIntegral.Points, -1, -1, -1), at).X0.narrow(0, 0, 1) - x);
            }

            return sum.div_(noises.Count).to(CPU).MoveToOuterDisposeScope();
        }
    }
}
