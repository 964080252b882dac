using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>
/// Sines and cosines of log σ, or of the label itself, at random fixed frequencies (Tancik et al. 2020; Song et al. 2021): [N] → [N, 2C].
/// </summary>
public sealed class FourierFeatures : nn.Module<Tensor, Tensor>, IInitialized
{
    private readonly Tensor weight;
    private readonly double spread;
    private readonly bool ofLogarithm;
    private readonly bool cosineFirst;

    /// <summary>Features with C = <paramref name="channels"/> frequencies.</summary>
    /// <param name="channels">C.</param>
    /// <param name="spread">Standard deviation of the frequencies.</param>
    /// <param name="ofLogarithm">Whether the label is σ, whose logarithm is taken; false: the label is a logarithm already.</param>
    /// <param name="cosineFirst">Cosines before sines.</param>
    public FourierFeatures(long channels, double spread, bool ofLogarithm = true, bool cosineFirst = false)
        : base(nameof(FourierFeatures))
    {
        this.ofLogarithm = ofLogarithm;
        this.cosineFirst = cosineFirst;
        this.spread = spread;
        weight = zeros(channels);
        register_buffer(nameof(weight), weight);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor label)
    {
        using var scope = NewDisposeScope();
        var frequencies = get_buffer(nameof(weight))!;
        var phase = (ofLogarithm ? label.log() : label).unsqueeze(1) * frequencies.unsqueeze(0) * 2 * Math.PI; // [N, C]
        Tensor[] parts = cosineFirst ? [phase.cos(), phase.sin()] : [phase.sin(), phase.cos()];
        return cat(parts, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    void IInitialized.Initialize(RandomStream noise)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        weight.copy_(noise.NormalLike(weight) * spread);
    }
}
