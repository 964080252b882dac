using Brownian.Guidance;
using Brownian.Parameterizations;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>
/// A model asked as diffusers' loops ask it, in ways that are not our samplers': in some tests the network's input is not scaled, or
/// overwrites the data; and with churn the network sees the data before the noise is added.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="input">What the network is shown.</param>
/// <param name="keepsRatio">Whether diffusers keeps x/α.</param>
/// <param name="churns">Whether the sampler adds noise before it asks.</param>
/// <param name="rule">How x0 is kept in range, which also goes by the overwritten data; null to leave it.</param>
internal sealed class SchedulerReplay(DiffusionModel model, SchedulerInput input, bool keepsRatio, bool churns, Thresholding? rule) : IDenoiser
{
    private Tensor? start;
    private NoiseLevel from;
    private bool first;

    /// <summary>Tells that a step begins.</summary>
    /// <param name="xt">The data, [N, …]; they must live as long as the step.</param>
    /// <param name="at">Their level.</param>
    /// <returns>The data from which the step goes.</returns>
    public Tensor Begin(Tensor xt, NoiseLevel at)
    {
        (start, from, first) = (xt, at, true);
        return input == SchedulerInput.Overwrites ? Overwritten(xt, at) : xt;
    }

    /// <inheritdoc/>
    public Denoised Denoise(Tensor xt, NoiseLevel at)
    {
        using var scope = NewDisposeScope();
        var isFirst = first;
        first = false;
        var before = isFirst ? start! : xt;
        var levels = NoiseLevels.Of(at, xt);
        var data = input == SchedulerInput.Overwrites ? Overwritten(before, at) : xt;
        var belief = churns && isFirst && at != from ? Churned(xt, at) : input switch
        {
            SchedulerInput.Overwrites => model.Read(model.Output(before, levels, null), data, levels),
            SchedulerInput.Raw => model.Read(Raw(xt, at, levels), xt, levels),
            _ => model.Read(model.Output(xt, levels, null), xt, levels),
        };
        return (rule is null ? belief : Thresholded.Apply(belief, data, at, rule)).MoveToOuterScope();
    }

    /// <summary>The network's output for the data in diffusers' coordinates, whatever it should be shown.</summary>
    private Tensor Raw(Tensor xt, NoiseLevel at, NoiseLevels levels) =>
        model.Network.call(keepsRatio ? xt / at.Alpha : xt, model.Parameterization.Label(levels).to(xt.dtype).expand(xt.size(0)), null);

    /// <summary>The data that diffusers has once its own are overwritten with the network's input.</summary>
    private Tensor Overwritten(Tensor xt, NoiseLevel at)
    {
        var shown = model.Parameterization.Input(xt, NoiseLevels.Of(at, xt));
        return keepsRatio ? shown * at.Alpha : shown;
    }

    private Denoised Churned(Tensor noisy, NoiseLevel at)
    {
        var (before, levels) = (NoiseLevels.Of(from, noisy), NoiseLevels.Of(at, noisy));
        var output = model.Output(start!, before, null);
        if (model.Parameterization is not PredictV)
        {
            return model.Read(output, noisy, levels);
        }

        // x0 with the α and σ from before the churn, of data from after it.
        var x0 = model.Read(output, noisy * (from.Alpha / at.Alpha), before).X0;
        return Denoised.FromX0(x0, noisy, levels);
    }
}
