using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Song;

/// <summary>
/// A 3×3 convolution that halves or doubles the resolution. With a low-pass the two filters are applied as one, so that the image is padded
/// only once (StyleGAN2, Karras et al. 2020; Song et al. 2021, app. H).
/// </summary>
internal sealed class ResizedConvolution : nn.Module<Tensor, Tensor>
{
    private readonly Convolution conv;
    private readonly IReadOnlyList<double>? kernel;
    private readonly bool doubles;
    private readonly long crop;

    /// <summary>A convolution of this kind.</summary>
    /// <param name="from">Channels that come in.</param>
    /// <param name="to">Channels that go out.</param>
    /// <param name="doubles">Whether it doubles, rather than halves.</param>
    /// <param name="kernel">The low-pass; null for repetition before, or a stride of 2.</param>
    /// <param name="compute">Shared by the network.</param>
    public ResizedConvolution(long from, long to, bool doubles, IReadOnlyList<double>? kernel, ComputeSettings compute)
        : base(nameof(ResizedConvolution))
    {
        (this.doubles, this.kernel) = (doubles, kernel);
        var reach = kernel is null ? 0 : (kernel.Count - 1) / 2;
        crop = Math.Max(reach - 1, 0);
        conv = (doubles, kernel) switch
        {
            (true, null) => new(from, to, 3, compute),
            (false, null) => new(from, to, 3, compute, stride: 2, padding: 0),
            (true, _) => new(from, to, 3, compute, padding: Math.Max(1 - reach, 0)),
            (false, _) => new(from, to, 3, compute, padding: 1 + reach),
        };
        register_module(nameof(conv), conv);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = (doubles, kernel) switch
        {
            (true, null) => conv.call(Resample.NearestUp.Apply(x)),
            (false, null) => conv.call(nn.functional.pad(x, [0, 1, 0, 1])),
            (true, _) => conv.call(Cropped(Resampling.FilterUp(x, kernel))),
            (false, _) => Resampling.FilterDown(conv.call(x), kernel),
        };
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private Tensor Cropped(Tensor x) =>
        crop == 0 ? x : x.narrow(2, crop, x.size(2) - 2 * crop).narrow(3, crop, x.size(3) - 2 * crop).contiguous();
}
