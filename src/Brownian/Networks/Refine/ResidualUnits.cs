using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Refine;

/// <summary>RefineNet's residual convolution units (Lin et al. 2017): twice activation and convolution, and the sum, several times over.</summary>
internal sealed class ResidualUnits : nn.Module<Tensor, Tensor?, Tensor>
{
    private const int Stages = 2;
    private readonly RefineOptions options;
    private readonly (RefineNorm? Norm, nn.Module<Tensor, Tensor> Conv)[][] units;

    public ResidualUnits(long channels, int count, RefineOptions options)
        : base(nameof(ResidualUnits))
    {
        this.options = options;
        units = new (RefineNorm?, nn.Module<Tensor, Tensor>)[count][];
        for (var i = 0; i < count; i++)
        {
            units[i] = new (RefineNorm?, nn.Module<Tensor, Tensor>)[Stages];
            for (var j = 0; j < Stages; j++)
            {
                var (norm, conv) = units[i][j] = (options.InnerNorm(channels), options.Convolution3(channels, channels, hasBias: false));
                if (norm is not null)
                {
                    register_module($"{i + 1}_{j + 1}_norm", norm);
                }

                register_module($"{i + 1}_{j + 1}_conv", conv);
            }
        }
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x, Tensor? level)
    {
        using var scope = NewDisposeScope();
        foreach (var unit in units)
        {
            var h = x;
            foreach (var (norm, conv) in unit)
            {
                h = norm is null ? h : norm.call(h, level);
                h = conv.call(options.Activation.Apply(h));
            }

            x = h + x;
        }

        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
