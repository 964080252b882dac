using Brownian.Parameterizations;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Tests.Objectives;

/// <summary>A network that knows the truth: its output is a function of the data and the label, both [N, …] and [N].</summary>
internal sealed class ExactNetwork(Func<Tensor, Tensor, Tensor> output) : Network(nameof(ExactNetwork))
{
    /// <summary>A model on EDM's path that says x0 at σ, which is its label.</summary>
    public static DiffusionModel X0(Func<Tensor, Tensor, Tensor> x0) => new(new ExactNetwork(x0), new EdmPath(), new PredictX0());

    /// <summary>Calls <paramref name="at"/> for each sample with its own level, so that oracles of one level serve a batch of many.</summary>
    public static Func<Tensor, Tensor, Tensor> EachAt(Func<Tensor, NoiseLevel, Tensor> at) => (xt, label) =>
    {
        var sigmas = label.to(ScalarType.Float64).data<double>().ToArray();
        return cat(sigmas.Select((sigma, i) => at(xt.narrow(0, i, 1), new(sigma, 1, sigma))).ToArray(), 0);
    };

    public override Tensor forward(Tensor input, Tensor label, Condition? condition)
    {
        using var scope = NewDisposeScope();
        return output(input, label).MoveToOuterDisposeScope();
    }
}
