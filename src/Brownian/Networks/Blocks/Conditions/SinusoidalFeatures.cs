using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>
/// Sines and cosines of the time at geometric frequencies (Vaswani et al. 2017; Ho et al. 2020): [N] → [N, C] in float32, or in float64 for times
/// that are.
/// </summary>
public sealed class SinusoidalFeatures : nn.Module<Tensor, Tensor>
{
    private readonly long channels;
    private readonly bool cosineFirst;
    private readonly double frequencyShift;

    /// <summary>Features of this width.</summary>
    /// <param name="channels">C; an odd one is filled up with a zero.</param>
    /// <param name="cosineFirst">Cosines before sines.</param>
    /// <param name="frequencyShift">1: the lowest frequency is 1/10000; 0: the next one would be.</param>
    public SinusoidalFeatures(long channels, bool cosineFirst, double frequencyShift)
        : base(nameof(SinusoidalFeatures))
    {
        this.channels = channels;
        this.cosineFirst = cosineFirst;
        this.frequencyShift = frequencyShift;
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor time)
    {
        using var scope = NewDisposeScope();
        var half = channels / 2;
        var exponent = arange(half, dtype: ScalarType.Float32, device: time.device) * -Math.Log(10000) / (half - frequencyShift);
        var phase = (time.dtype == ScalarType.Float64 ? time : time.to(ScalarType.Float32)).unsqueeze(1) * exponent.exp().unsqueeze(0); // [N, C/2]
        Tensor[] parts = cosineFirst ? [phase.cos(), phase.sin()] : [phase.sin(), phase.cos()];
        var features = cat(parts, 1);
        return (channels % 2 == 0 ? features : nn.functional.pad(features, [0, 1])).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
