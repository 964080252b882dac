using Brownian.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>Remembers the last losses of each step and draws steps by them, see <see cref="LossSecondMoment"/>.</summary>
internal sealed class LossSecondMomentSampler : LevelSampler
{
    private readonly LossSecondMoment settings;
    private readonly DiscretePath path;
    private readonly Tensor history; // [steps, History], oldest first
    private readonly Tensor counts; // [steps], how many are known

    public LossSecondMomentSampler(LossSecondMoment settings, DiscretePath path)
    {
        (this.settings, this.path) = (settings, path);
        history = zeros(path.Count, settings.History, dtype: ScalarType.Float64).DetachFromDisposeScope();
        counts = zeros(path.Count, dtype: ScalarType.Int64).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, Tensor Tensor)> State => [("loss_history", history), ("loss_counts", counts)];

    /// <summary>The probability of each step.</summary>
    public double[] Probabilities()
    {
        using var scope = NewDisposeScope();
        if (counts.min().item<long>() < settings.History)
        {
            return [.. Enumerable.Repeat(1.0 / path.Count, path.Count)];
        }

        var weights = history.square().mean([1]).sqrt();
        var total = weights.sum().item<double>();
        return total == 0
            ? [.. Enumerable.Repeat(1.0 / path.Count, path.Count)]
            : [.. weights.data<double>().ToArray().Select(w => w / total * (1 - settings.UniformShare) + settings.UniformShare / path.Count)];
    }

    /// <inheritdoc/>
    public override (IReadOnlyList<NoiseLevel> Levels, IReadOnlyList<double>? Weights) Draw(int count, RandomStream random, bool stratified)
    {
        var probabilities = Probabilities();
        var cumulative = new double[path.Count];
        var sum = 0.0;
        for (var i = 0; i < cumulative.Length; i++)
        {
            cumulative[i] = sum += probabilities[i];
        }

        var steps = TimeDistribution.Quantiles(count, random, stratified).Select(u => StepAt(cumulative, u * sum)).ToArray();
        return ([.. steps.Select(step => path.At(step))], [.. steps.Select(step => 1 / (path.Count * probabilities[step]))]);
    }

    /// <inheritdoc/>
    public override void Observe(IReadOnlyList<NoiseLevel> levels, IReadOnlyList<float> losses)
    {
        var (known, last) = (counts.data<long>(), history.data<double>());
        for (var i = 0; i < levels.Count; i++)
        {
            var step = (long)levels[i].Time;
            if (known[step] < settings.History)
            {
                last[step, known[step]++] = losses[i];
                continue;
            }

            for (var j = 1; j < settings.History; j++)
            {
                last[step, j - 1] = last[step, j];
            }

            last[step, settings.History - 1] = losses[i];
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            history.Dispose();
            counts.Dispose();
        }
    }

    /// <summary>The first step whose cumulated probability is above u.</summary>
    private static int StepAt(double[] cumulative, double u)
    {
        var found = Array.BinarySearch(cumulative, u);
        return Math.Min(found < 0 ? ~found : found + 1, cumulative.Length - 1);
    }
}
