using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>
/// The reverse step of bits as a mixture: with probability OfX0 the bit is x0's, with OfXt it is x_from's, else a fair coin. No share is
/// negative and none is found by subtracting others, so that small probabilities keep their digits.
/// </summary>
/// <param name="OfX0">The share of x0, [N, 1, …].</param>
/// <param name="OfXt">The share of x_from, [N, 1, …].</param>
/// <param name="OfCoin">The share of the coin, [N, 1, …].</param>
internal readonly record struct BitMixture(Tensor OfX0, Tensor OfXt, Tensor OfCoin)
{
    public static BitMixture Between(IReadOnlyList<NoiseLevel> from, IReadOnlyList<NoiseLevel> to, Tensor like)
    {
        var steps = from.Zip(to, Posterior.Between).ToArray();
        var coins = from.Zip(to, (noisy, clean) => Coin(noisy.Alpha / clean.Alpha, clean.Alpha));
        long[] shape = [steps.Length, .. Enumerable.Repeat(1L, (int)like.dim() - 1)];
        Tensor Column(IEnumerable<double> values) => tensor(values.ToArray(), dtype: like.dtype, device: like.device).reshape(shape);
        return new(Column(steps.Select(s => s.OfX0)), Column(steps.Select(s => s.OfXt)), Column(coins));
    }

    /// <summary>P(x_to = +1), [N, …].</summary>
    /// <param name="x0">The mean of x0, [N, …] in [−1, 1].</param>
    /// <param name="xt">Bits at the noisier level.</param>
    public Tensor Probability(Tensor x0, Tensor xt) => (OfX0 * (1 + x0) + OfXt * (1 + xt) + OfCoin) / 2;

    // 1 − OfX0 − OfXt = 1 − (b(1 − a²) + a(1 − b²))/(1 − a²b²), with what cancels cancelled.
    private static double Coin(double a, double b) => (1 - a) * (1 - b) / (1 + a * b);
}
