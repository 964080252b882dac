using Brownian.Paths;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>
/// β of every step as a differentiable function of few parameters: the log-odds of a given table, moved by bumps spread evenly over the
/// logarithm of the step. β of the first step is fixed (Sohl-Dickstein et al. 2015, section 2.4.1: a learned one would collapse to 0).
/// </summary>
public sealed class LearnedSchedule : nn.Module
{
    private const double Least = 1e-6, Most = 1 - 1e-5;

    private readonly Parameter bumps;
    private readonly Tensor start;
    private readonly Tensor basis;
    private readonly double first;

    /// <summary>A schedule that begins as a path's.</summary>
    /// <param name="path">Where β begin.</param>
    /// <param name="firstBeta">β of the first step, in (0, 1).</param>
    /// <param name="count">How many bumps, at least 2.</param>
    /// <exception cref="ArgumentException">The path has fewer than 2 steps, or <paramref name="firstBeta"/> is out of range.</exception>
    public LearnedSchedule(DiscretePath path, double firstBeta = 1e-4, int count = 16)
        : base(nameof(LearnedSchedule))
    {
        if (path.Count < 2 || !(firstBeta is > 0 and < 1) || count < 2)
        {
            throw new ArgumentException(
                $"learned schedule: expected at least 2 steps, a first beta in (0, 1) and at least 2 bumps; got {path.Count}, {firstBeta} and {count}.", nameof(path));
        }

        using var scope = NewDisposeScope();
        first = firstBeta;
        using var betas = path.Betas.Betas(path.Count);
        var rest = betas[1..].to(ScalarType.Float64).clamp(2 * Least, Most - Least);
        start = ((rest - Least) / (Most - rest)).log().DetachFromDisposeScope();
        basis = Bumps(path.Count, count).DetachFromDisposeScope();
        bumps = new Parameter(zeros(count, dtype: ScalarType.Float32));
        register_parameter(nameof(bumps), bumps);
        bumps.DetachFromDisposeScope();
    }

    /// <summary>The number of steps.</summary>
    public int Count => (int)start.size(0) + 1;

    /// <summary>β of every step, float64 [Count], differentiable in the parameters.</summary>
    public Tensor Betas()
    {
        using var scope = NewDisposeScope();
        var moved = start.to(bumps.device) + basis.to(bumps.device).matmul(bumps.to(ScalarType.Float64));
        var rest = moved.sigmoid() * (Most - Least) + Least;
        return cat([full(1, first, dtype: ScalarType.Float64, device: rest.device), rest], 0).MoveToOuterDisposeScope();
    }

    /// <summary>The path of the schedule as it stands.</summary>
    public DiscretePath Path()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return DiscretePath.Trained(Betas().to(ScalarType.Float32).cpu().data<float>().ToArray());
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            start.Dispose();
            basis.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The parameter is named explicitly; TorchSharp would add the constants too.</summary>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Bumps over steps 1 … steps − 1, rows of sum 1, [steps − 1, count].</summary>
    private static Tensor Bumps(int steps, int count)
    {
        var place = arange(2, steps + 1, dtype: ScalarType.Float64).log() / Math.Log(steps);
        var centre = linspace(0, 1, count, dtype: ScalarType.Float64);
        var shape = ((place.unsqueeze(1) - centre) * (count - 1)).square().mul(-2).exp();
        return shape / shape.sum(1, keepdim: true);
    }
}
