using static TorchSharp.torch;

namespace Brownian.Testing;

/// <summary>A network for <see cref="Brownian.Parameterizations.PredictX0"/> on the EDM path that knows data of N(mean, std²) exactly: its label is σ.</summary>
public sealed class GaussianNetwork(double mean = 0.3, double std = 0.5) : Network("gaussian")
{
    /// <summary>Calls so far.</summary>
    public int Calls { get; private set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor label, Condition? condition)
    {
        Calls++;
        long[] column = [input.size(0), .. Enumerable.Repeat(1L, (int)input.dim() - 1)];
        var variance = label.square() + std * std;
        return mean + (std * std / variance).reshape(column) * (input - mean);
    }
}
