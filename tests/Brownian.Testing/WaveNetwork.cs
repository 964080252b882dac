using static TorchSharp.torch;

namespace Brownian.Testing;

/// <summary>A network without weights that depends on everything it is told: 0.5·sin(3x + label/200) + 0.1x + the class label. Counts its calls.</summary>
public sealed class WaveNetwork() : Network("wave")
{
    /// <summary>Calls so far.</summary>
    public int Calls { get; private set; }

    /// <summary>The number of samples of the last call.</summary>
    public long LastBatch { get; private set; }

    /// <inheritdoc/>
    public override Tensor forward(Tensor input, Tensor label, Condition? condition)
    {
        Calls++;
        LastBatch = input.size(0);
        long[] column = [input.size(0), .. Enumerable.Repeat(1L, (int)input.dim() - 1)];
        var wave = 0.5 * (3 * input + label.reshape(column) / 200).sin() + 0.1 * input;
        return condition?.Labels is { } labels ? wave + 0.1 * labels.reshape(column) : wave;
    }
}
