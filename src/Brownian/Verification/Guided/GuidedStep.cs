using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Verification.Guided;

/// <summary>Single steps along a schedule, numbered as the reference does: 0 is the step to clean data.</summary>
/// <param name="Denoiser">The belief.</param>
/// <param name="Schedule">Noisiest first.</param>
/// <param name="Seed">Of PyTorch's stream, set anew before each step.</param>
internal sealed record GuidedStep(IDenoiser Denoiser, NoiseSchedule Schedule, ulong Seed)
{
    public ChainStep Step(int index) => new ReverseChain(Schedule)[Schedule.Steps - 1 - index];

    public Tensor X0(Tensor x, int index) => Denoiser.Denoise(x, Step(index).From).X0;

    public Tensor Down(Sampler sampler, Tensor x, int index) => Walk(sampler, x, Step(index).From, Step(index).To);

    public Tensor Up(Sampler sampler, Tensor x, int index) => Walk(sampler, x, Step(index).From, Step(index + 1).From);

    private Tensor Walk(Sampler sampler, Tensor x, NoiseLevel from, NoiseLevel to)
    {
        using var noise = new SeededNoise(Seed);
        using var stepper = sampler.Start(Denoiser, noise, Schedule);
        return stepper.Step(x, from, to);
    }
}
