using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>EDM's churn: before a step, noise is added so that σ/α grows by a factor of up to √2 (Karras et al. 2022, Algorithm 2).</summary>
/// <param name="Amount">S_churn ≥ 0, spread over the steps of the run.</param>
/// <param name="From">S_tmin: the smallest σ/α at which noise is added.</param>
/// <param name="To">S_tmax: the largest.</param>
/// <param name="NoiseScale">S_noise: the standard deviation of the added noise, about 1.003 to make up for lost detail.</param>
public sealed record Churn(double Amount, double From = 0, double To = double.PositiveInfinity, double NoiseScale = 1)
{
    /// <summary>Whether noise is drawn also where none is added, as diffusers' KarrasVeScheduler does; for reproducing its numbers.</summary>
    public bool AlwaysDraws { get; init; }

    /// <summary>Noisier data, [N, …], and its level; <paramref name="xt"/> itself outside the range.</summary>
    /// <param name="xt">Data at <paramref name="from"/>, [N, …]; borrowed.</param>
    /// <param name="from">Its level.</param>
    /// <param name="schedule">The run's levels.</param>
    /// <param name="noise">Where the noise is drawn.</param>
    public (Tensor Xt, NoiseLevel At) Apply(Tensor xt, NoiseLevel from, NoiseSchedule schedule, INoise noise)
    {
        var ratio = from.NoiseToSignal;
        var growth = ratio >= From && ratio <= To && double.IsFinite(ratio) ? Math.Min(Amount / schedule.Steps, Math.Sqrt(2) - 1) : 0;
        if (growth <= 0)
        {
            if (AlwaysDraws)
            {
                using var unused = noise.NormalLike(xt);
            }

            return (xt, from);
        }

        var raised = schedule.Path.AtNoiseToSignal(ratio * (1 + growth));
        var scale = raised.Alpha / from.Alpha;
        var added = Math.Sqrt(raised.Sigma * raised.Sigma - scale * scale * from.Sigma * from.Sigma);
        return ((xt * scale).add_(noise.NormalLike(xt), alpha: added * NoiseScale), raised);
    }
}
