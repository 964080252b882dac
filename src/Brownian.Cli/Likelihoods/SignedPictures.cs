using Brownian.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Cli.Likelihoods;

/// <summary>Numbers with a sign as colours: red above 0, blue below, white at 0. Channels are added up.</summary>
internal static class SignedPictures
{
    // So few pixels may be stronger than the strongest colour: one outlier must not make all others white.
    private const double Saturated = 0.995;

    /// <summary>RGB pictures on one scale.</summary>
    /// <param name="maps">Each [1, C, H, W].</param>
    public static IReadOnlyList<Picture> Of(IReadOnlyList<Tensor> maps)
    {
        using var scope = NewDisposeScope();
        var sums = cat([.. maps.Select(map => map.sum(1, keepdim: true).to(ScalarType.Float32))], 0);
        var scale = Math.Max(1e-12, sums.abs().flatten().to(ScalarType.Float64).quantile(tensor(Saturated, dtype: ScalarType.Float64)).item<double>());
        var signed = (sums / scale).clamp(-1, 1);
        var (red, blue) = (signed.clamp(min: 0), -signed.clamp(max: 0));
        return ImageCodec.FromTensor(cat([1 - 1.75 * blue, 1 - 1.75 * (red + blue), 1 - 1.75 * red], 1).clamp(-1, 1));
    }

    /// <summary>Images as RGB pictures.</summary>
    /// <param name="images">Each [1, C, H, W] in [−1, 1].</param>
    public static IReadOnlyList<Picture> Plain(IReadOnlyList<Tensor> images)
    {
        using var scope = NewDisposeScope();
        return ImageCodec.FromTensor(cat([.. images.Select(image => image.size(1) == 1 ? image.expand(-1, 3, -1, -1) : image.narrow(1, 0, 3))], 0));
    }
}
