using static TorchSharp.torch;

namespace Brownian.Paths;

/// <summary>
/// Binomial diffusion (Sohl-Dickstein et al. 2015, table App.1): data are bits, −1 or +1, and each step replaces every bit by a fair coin with
/// probability β, <c>B(x_t; x_{t−1}(1 − β_t) + 0.5 β_t)</c> for bits 0 and 1. Time is the step index, 0 … Count − 1; −1 is clean data.
/// </summary>
/// <remarks>
/// Between −1 and +1 the process has the moments of a variance-preserving Gaussian path: <c>E[x_t | x0] = α·x0</c> and
/// <c>Var[x_t | x0] = σ² = 1 − α²</c>, with α = Π(1 − β), the probability that no coin was thrown. So levels, spacings, beliefs and the
/// mean of the reverse step (<see cref="Posterior"/>) are those of every other path; only the draw is another: a bit with that mean.
/// The paper's rate β_t = 1/(T − t + 1) erases the same share of the signal in each step: α falls evenly to 0.
/// </remarks>
/// <param name="Count">Number of steps T, at least 1.</param>
public sealed record BernoulliPath(int Count = 1000) : SteppedPath
{
    /// <inheritdoc/>
    private protected override int Last => Count - 1;

    /// <inheritdoc/>
    /// <param name="time">A step in [0, Count − 1], also between two steps; negative for clean data.</param>
    public override NoiseLevel At(double time) => time switch
    {
        < 0 => Clean with { Time = time },
        _ when time <= Count - 1 => Level(time, (Count - 1 - time) / Count),
        _ => throw new UnsupportedLevelException($"Bernoulli path: expected a step in [0, {Count - 1}], or −1 for clean data; got {time}."),
    };

    /// <inheritdoc/>
    public override NoiseLevel AtNoiseToSignal(double ratio)
    {
        var alpha = 1 / Math.Sqrt(1 + CheckRatio(ratio) * ratio);
        return ratio == 0 ? Clean : double.IsInfinity(ratio) ? Noisiest : new(Math.Max(0, Count * (1 - alpha) - 1), alpha, ratio * alpha);
    }

    /// <inheritdoc/>
    public override double StartScale(NoiseLevel start) => 1;

    /// <summary>Bits at a level: each is <paramref name="x0"/>'s with probability (1 + α)/2.</summary>
    /// <param name="x0">Bits, [N, …], −1 or +1; or their means, between.</param>
    /// <param name="at">The levels.</param>
    /// <param name="normal">Standard normal noise, [N, …].</param>
    public static Tensor Diffuse(Tensor x0, NoiseLevels at, Tensor normal) => Draw(at.Alpha * x0, normal);

    /// <summary>Bits with the given means, +1 where Φ(normal) is less than their probability (1 + mean)/2; −1 elsewhere.</summary>
    /// <param name="mean">E[x], [N, …], in [−1, 1].</param>
    /// <param name="normal">Standard normal noise, [N, …].</param>
    public static Tensor Draw(Tensor mean, Tensor normal)
    {
        // 2Φ(z) − 1 = erf(z/√2) is uniform in (−1, 1).
        using var scope = NewDisposeScope();
        var uniform = (normal * Math.Sqrt(0.5)).erf();
        return uniform.lt(mean).to(mean.dtype).mul_(2).sub_(1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The mean of the bits of q(x_to | x_from, x0): <c>(a·x_from + b·x0)/(1 + a·b·x_from·x0)</c> with a = α_from/α_to and b = α_to. For bits this
    /// equals the linear form of <see cref="Posterior"/>.
    /// </summary>
    /// <param name="x0">Bits of the data, [N, …].</param>
    /// <param name="xt">Bits at <paramref name="from"/>, [N, …].</param>
    /// <param name="from">The noisier level.</param>
    /// <param name="to">The cleaner level.</param>
    public static Tensor BridgeMean(Tensor x0, Tensor xt, NoiseLevel from, NoiseLevel to)
    {
        var (a, b) = (from.Alpha / to.Alpha, to.Alpha);
        return (a * xt + b * x0) / (1 + a * b * xt * x0);
    }

    private static NoiseLevel Level(double time, double alpha) => new(time, alpha, Math.Sqrt((1 - alpha) * (1 + alpha)));
}
