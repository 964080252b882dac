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
    public override IStepper Start(IDenoiser denoiser, INoise noise, NoiseSchedule schedule) => new Stepper(this, denoiser, noise, schedule);

    private sealed class Stepper : IStepper, IDenoiser
    {
        private readonly Blended method;
        private readonly IDenoiser denoiser;
        private readonly IStepper inner;
        private readonly NoiseSchedule schedule;
        private NoiseLevel begin;
        private bool isFirst;
        private int taken;

        public Stepper(Blended method, IDenoiser denoiser, INoise noise, NoiseSchedule schedule)
        {
            (this.method, this.denoiser, this.schedule) = (method, denoiser, schedule);
            inner = method.Inner.Start(this, noise, schedule);
        }

        public Tensor Step(Tensor xt, NoiseLevel from, NoiseLevel to)
        {
            (begin, isFirst) = (from, true);
            var made = inner.Step(xt, from, to);
            return ++taken == schedule.Steps
                ? method.Known.Paste(made, schedule.Path.Clean, null)
                : method.Known.Paste(made, method.Lags ? from : to, method.Noise);
        }

        // What a step tries out on its way has the known part, too: the network must not see another one.
        public Denoised Denoise(Tensor xt, NoiseLevel at)
        {
            if (isFirst)
            {
                isFirst = false;
                return denoiser.Denoise(xt, at);
            }

            using var scope = NewDisposeScope();
            return denoiser.Denoise(method.Known.Paste(xt, method.Lags ? begin : at, method.Noise), at).MoveToOuterScope();
        }

        public void Dispose() => inner.Dispose();
    }
}
