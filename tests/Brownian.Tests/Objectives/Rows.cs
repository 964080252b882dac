using Brownian.Parameterizations;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Tests.Objectives;

/// <summary>The smallest path that has every kind of level: α = cos, σ = sin of a clock of 0 … 1000 steps.</summary>
internal sealed record CirclePath : GaussianPath
{
    public override NoiseLevel Noisiest => At(999);

    public override NoiseLevel Cleanest => At(0);

    public override NoiseLevel Clean => new(-1, 1, 0);

    public override NoiseLevel At(double time) => new(time, Math.Cos(Angle(time)), Math.Sin(Angle(time)));

    public override NoiseLevel AtNoiseToSignal(double ratio) => At(Math.Atan(ratio) * 2 / Math.PI * 1001 - 1);

    private static double Angle(double time) => (time + 1) / 1001 * Math.PI / 2;
}

/// <summary>A parameterization given by its target; the objective reads nothing else.</summary>
internal sealed record TargetOnly(Func<Tensor, Tensor, NoiseLevels, Tensor> Formula) : Parameterization
{
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at) => Formula(x0, epsilon, at);

    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at) => throw new NotSupportedException();
}
