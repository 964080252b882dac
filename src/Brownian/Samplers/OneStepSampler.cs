using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>A sampler whose step needs no memory of earlier steps.</summary>
public abstract record OneStepSampler : Sampler
{
    /// <inheritdoc/>
    public sealed override IStepper Start(IDenoiser denoiser, INoise noise) => new Stepper(this, denoiser, noise);

    /// <summary>One step, see <see cref="IStepper.Step"/>.</summary>
    protected abstract Tensor Step(IDenoiser denoiser, INoise noise, Tensor xt, NoiseLevel from, NoiseLevel to);

    private sealed class Stepper(OneStepSampler sampler, IDenoiser denoiser, INoise noise) : IStepper
    {
        public Tensor Step(Tensor xt, NoiseLevel from, NoiseLevel to) => sampler.Step(denoiser, noise, xt, from, to);

        public void Dispose()
        {
        }
    }
}
