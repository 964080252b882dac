using System.Text.Json.Serialization;
using Brownian.Parameterizations;
using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>How much each noise level counts in the loss.</summary>
/// <remarks>Serialises to JSON as a small record; the property <c>kind</c> tells which weight it is.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(UniformWeight), "uniform")]
[JsonDerivedType(typeof(MinSnrWeight), "min_snr")]
[JsonDerivedType(typeof(EdmWeight), "edm")]
[JsonDerivedType(typeof(SnrWeight), "snr")]
[JsonDerivedType(typeof(ScoreWeight), "score")]
[JsonDerivedType(typeof(LikelihoodWeight), "likelihood")]
public abstract record LossWeight
{
    /// <summary>Factors of the squared error of the network's own output, one a sample, [N], non-negative; null when all are 1.</summary>
    /// <param name="levels">The levels of the batch, N of them.</param>
    /// <param name="parameterization">What the network outputs: it decides what an error of the output means for x0.</param>
    public abstract double[]? Factors(IReadOnlyList<NoiseLevel> levels, Parameterization parameterization);

    /// <summary>The factors for a model, whose path may be asked, too.</summary>
    /// <param name="levels">The levels of the batch, N of them.</param>
    /// <param name="model">What is trained.</param>
    public virtual double[]? Factors(IReadOnlyList<NoiseLevel> levels, DiffusionModel model) => Factors(levels, model.Parameterization);

    /// <summary>Turns factors of the squared error of the score into factors of the squared error of the output; the score is −ε/σ.</summary>
    /// <param name="levels">The levels of the batch.</param>
    /// <param name="parameterization">What the network outputs.</param>
    /// <param name="ofScore">The factor wanted for ‖ŝ − s‖² at a level.</param>
    private protected static double[] FromScore(
        IReadOnlyList<NoiseLevel> levels, Parameterization parameterization, Func<NoiseLevel, double> ofScore) =>
        FromX0(levels, parameterization, level => ofScore(level) * Math.Pow(level.Alpha / (level.Sigma * level.Sigma), 2));

    /// <summary>Turns factors of the squared error of x0 into factors of the squared error of the output.</summary>
    /// <param name="levels">The levels of the batch.</param>
    /// <param name="parameterization">What the network outputs.</param>
    /// <param name="ofX0">The factor wanted for ‖x̂0 − x0‖² at a level.</param>
    private protected static double[] FromX0(
        IReadOnlyList<NoiseLevel> levels, Parameterization parameterization, Func<NoiseLevel, double> ofX0)
    {
        var gains = OutputGains(levels, parameterization);
        return [.. levels.Select((level, i) => ofX0(level) / (gains[i] * gains[i]))];
    }

    /// <summary>
    /// d(output)/d(x0) at fixed xt, one a level. Targets are linear in (x0, ε), and at xt = 0 an x0 of 1 means an ε of −α/σ; so the
    /// target of that pair is the gain: −α/σ for ε, 1 for x0, −1/σ for v (its square is snr + 1), 1/c_out for EDM.
    /// </summary>
    internal static double[] OutputGains(IReadOnlyList<NoiseLevel> levels, Parameterization parameterization)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var x0 = ones(levels.Count, 1, dtype: ScalarType.Float64);
        var at = NoiseLevels.PerSample(levels, x0);
        return parameterization.Target(x0, -at.Alpha / at.Sigma, at).data<double>().ToArray();
    }
}
