using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>A sampler whose step needs no memory of earlier steps.</summary>
public abstract record OneStepSampler : Sampler
{
    /// <inheritdoc/>
    public sealed override IStepper Start(IDenoiser denoiser, INoise noise, NoiseSchedule schedule) =>
        new Stepper(this, new(denoiser, noise, schedule));

    /// <summary>One step, see <see cref="IStepper.Step"/>.</summary>
    protected abstract Tensor Step(SamplingRun run, Tensor xt, NoiseLevel from, NoiseLevel to);

    private sealed class Stepper(OneStepSampler sampler, SamplingRun run) : IStepper
    {
        public Tensor Step(Tensor xt, NoiseLevel from, NoiseLevel to) => sampler.Step(run, xt, from, to);

        public void Dispose()
        {
        }
    }
}
