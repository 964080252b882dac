using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// Inpainting with any sampler and a network that knows nothing of it: after each step the known part, at the level that was reached, is put into the data
/// (Avrahami et al. 2022, "Blended Latent Diffusion", Algorithm 1). At the end it is exactly as it was.
/// </summary>
/// <param name="Inner">The sampler.</param>
/// <param name="Known">What is known.</param>
/// <param name="Noise">The noise of the known part, the same at every level, [N, …]; borrowed.</param>
public sealed record Blended(Sampler Inner, KnownPixels Known, Tensor Noise) : Sampler
{
    /// <summary>
    /// Whether the known part has the noise of the level from which the step began and not of the one that it reached, as in diffusers' first inpainting pipeline
    /// ("legacy"); for reproducing pictures that were made so.
    /// </summary>
    public bool Lags { get; init; }

    /// <inheritdoc/>
    public override bool CouplesSamples => Inner.CouplesSamples;

    /// <inheritdoc/>
    public override IStepper Start(IDenoiser denoiser, INoise noise, NoiseSchedule schedule) => new Stepper(this, Inner.Start(denoiser, noise, schedule), schedule);

    private sealed class Stepper(Blended method, IStepper inner, NoiseSchedule schedule) : IStepper
    {
        private int taken;

        public Tensor Step(Tensor xt, NoiseLevel from, NoiseLevel to)
        {
            var made = inner.Step(xt, from, to);
            return ++taken == schedule.Steps
                ? method.Known.Paste(made, schedule.Path.Clean, null)
                : method.Known.Paste(made, method.Lags ? from : to, method.Noise);
        }

        public void Dispose() => inner.Dispose();
    }
}
