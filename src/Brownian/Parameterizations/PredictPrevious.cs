using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian.Parameterizations;

/// <summary>
/// The mean of the step before, E[x_{t−1} | xt, x0] (Ho et al. 2020, eq. 7; guided-diffusion's ModelMeanType.PREVIOUS_X, the 2015 original's own output).
/// </summary>
/// <remarks>
/// The mean is OfX0·x0 + OfXt·xt, see <see cref="Posterior"/>. In the first steps of noise it is almost xt: x0 is what is left after a subtraction, with errors
/// 1/OfX0 times as large as the network's. That is why DDPM turned from it to ε.
/// </remarks>
/// <param name="Table">The steps; null for those of the model's path, which a <see cref="DiffusionModel"/> fills in.</param>
public sealed record PredictPrevious(DiscretePath? Table = null) : Parameterization
{
    private static readonly DiscretePath Usual = DiscretePath.Linear();

    /// <summary>
    /// Fewer steps, of which the one before is the next level here, as guided-diffusion has it for respaced processes; null for all of the table. For
    /// reproducing its numbers: a network that was trained on all steps tells the mean of the step before in the table.
    /// </summary>
    internal IReadOnlyList<NoiseLevel>? Chain { get; init; }

    /// <inheritdoc/>
    public override Tensor Target(Tensor x0, Tensor epsilon, NoiseLevels at)
    {
        var (ofX0, ofXt) = Factors(at);
        return ofX0 * x0 + ofXt * (at.Alpha * x0 + at.Sigma * epsilon);
    }

    /// <inheritdoc/>
    public override Denoised Read(Tensor output, Tensor xt, NoiseLevels at)
    {
        var (ofX0, ofXt) = Factors(at);
        return Denoised.FromX0((output - ofXt * xt).div_(ofX0), xt, at);
    }

    /// <inheritdoc/>
    internal override Parameterization On(GaussianPath path)
    {
        if (Table is null && path is not DiscretePath)
        {
            throw new ArgumentException(
                $"output 'previous': expected a discrete path, whose steps have one before them; got {path.GetType().Name}. Choose a discrete path, or "
                + "another output, such as epsilon.");
        }

        return Table is null ? this with { Table = (DiscretePath)path } : this;
    }

    /// <summary>The mean's factors of x0 and of xt, shaped as α.</summary>
    private (Tensor OfX0, Tensor OfXt) Factors(NoiseLevels at)
    {
        using var scope = NewDisposeScope();
        var posteriors = at.Time.to(ScalarType.Float64).cpu().reshape(-1).data<double>().ToArray().Select(Before).ToArray();
        Tensor Column(Func<Posterior, double> read) =>
            tensor(posteriors.Select(read).ToArray(), dtype: at.Alpha.dtype, device: at.Alpha.device).reshape(at.Alpha.shape).MoveToOuterDisposeScope();
        return (Column(posterior => posterior.OfX0), Column(posterior => posterior.OfXt));
    }

    /// <summary>The posterior of the step down from a time; clean data stay what they are.</summary>
    private Posterior Before(double time)
    {
        var steps = Table ?? Usual;
        var from = steps.At(time);
        var to = Chain is null ? steps.At(time - 1) : Chain.SkipWhile(level => level.Time != time).ElementAt(1);
        return from.IsClean ? new(1, 0, 0, 0) : Posterior.Between(from, to);
    }
}
