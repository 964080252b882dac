using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>
/// Predictor–corrector sampling (Song et al. 2021, Algorithm 1): at each level a corrector, then a predictor to the next level. In score_sde's
/// code, too, the corrector comes first.
/// </summary>
/// <remarks>
/// Score SDE's runs are those of 1000 steps spaced by <see cref="Linspace"/>. They end at clean data, so their last step adds no noise; with
/// an end at the cleanest level they leave out that final denoising.
/// </remarks>
public sealed record PredictorCorrector : Sampler
{
    /// <summary>Any sampler; null to go from level to level by the corrector alone, and to end with the expected data.</summary>
    public Sampler? Predictor { get; init; } = new ReverseDiffusion();

    /// <summary>The corrector; null for none.</summary>
    public Corrector? Corrector { get; init; } = new LangevinCorrector();

    /// <inheritdoc/>
    public override bool CouplesSamples => Corrector is LangevinCorrector { AsScoreSde: true } || Predictor is { CouplesSamples: true };

    /// <inheritdoc/>
    public override IStepper Start(IDenoiser denoiser, INoise noise, NoiseSchedule schedule) =>
        new Stepper(new(denoiser, noise, schedule), Predictor?.Start(denoiser, noise, schedule), Corrector);

    private sealed class Stepper(SamplingRun run, IStepper? predictor, Corrector? corrector) : IStepper
    {
        public Tensor Step(Tensor xt, NoiseLevel from, NoiseLevel to)
        {
            var corrected = corrector?.Correct(run, xt, from) ?? xt;
            return predictor is not null ? predictor.Step(corrected, from, to)
                : to.IsClean && corrector is not { AsScoreSde: true } ? run.Denoiser.Denoise(corrected, from).X0.alias()
                : corrected.alias();
        }

        public void Dispose() => predictor?.Dispose();
    }
}
