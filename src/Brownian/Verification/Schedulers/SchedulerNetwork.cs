using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>The functions that stand for networks in scheduler cases.</summary>
internal sealed class SchedulerNetwork(SchedulerFunction function) : Network("scheduler-case")
{
    public override Tensor forward(Tensor input, Tensor label, Condition? condition)
    {
        var t = label[0].to(ScalarType.Float64).item<double>();
        return function switch
        {
            SchedulerFunction.Decay => input.mul(t).div_(t + 1),
            SchedulerFunction.Wave => Wave(input, t),
            SchedulerFunction.WaveWithVariance => cat([Wave(input, t), input.tanh()], 1),
            _ => throw new InvalidOperationException($"unknown function {function}"),
        };
    }

    private static Tensor Wave(Tensor x, double t) => ((3 * x).add_(t / 200).sin_() * 0.5).add_(x, alpha: 0.1);
}
