using static TorchSharp.torch;

namespace Brownian.Likelihood;

/// <summary>
/// Bytes as continuous numbers: each byte becomes a uniform draw from a bin of its own (Theis et al. 2016), so that the probability of the
/// image is at least the exponential of the mean log-density times the bins' volume.
/// </summary>
/// <param name="BinWidth">The width of a bin, in data units.</param>
public sealed record Dequantization(double BinWidth = 2.0 / 255)
{
    /// <summary>Bins of width 2/255 around the 256 values that a byte has in [−1, 1].</summary>
    public static Dequantization Centred { get; } = new();

    /// <summary>
    /// Score SDE's bins, of width 2/256 from −1 up: (byte + u)/128 − 1. Its "offset" 7 − inverse_scaler(−1) is −log₂ of the width, here
    /// and, where data are in [0, 1], for 1/256.
    /// </summary>
    public static Dequantization ScoreSde { get; } = new(2.0 / 256);

    /// <summary>A point in the bin of each byte, [N, …].</summary>
    /// <param name="images">Images in [−1, 1] whose values are those of bytes, [N, …]; borrowed.</param>
    /// <param name="uniform">Numbers in [0, 1), [N, …].</param>
    public Tensor Apply(Tensor images, Tensor uniform)
    {
        using var scope = NewDisposeScope();
        var bytes = ((images + 1) * 127.5).round_();
        var points = BinWidth == 2.0 / 255 ? (bytes + uniform - 0.5).mul_(BinWidth).sub_(1) : (bytes + uniform).mul_(BinWidth).sub_(1);
        return points.MoveToOuterDisposeScope();
    }

    /// <summary>log P(image) in nats, from a log-density in nats.</summary>
    /// <param name="logDensity">log p(x) in nats.</param>
    /// <param name="dimensions">The numbers of an image, C·H·W.</param>
    public double LogProbability(double logDensity, long dimensions) => logDensity + dimensions * Math.Log(BinWidth);

    /// <summary>Bits per dimension, from a log-density in nats: −log₂ P(image)/dimensions.</summary>
    /// <param name="logDensity">log p(x) in nats.</param>
    /// <param name="dimensions">The numbers of an image, C·H·W.</param>
    public double BitsPerDimension(double logDensity, long dimensions) => -LogProbability(logDensity, dimensions) / (dimensions * Math.Log(2));
}
