using Brownian.Parameterizations;
using Brownian.Spacing;
using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>What all objectives that teach a network to need few steps have in common.</summary>
internal static class Distillation
{
    /// <summary>Errors of the output that x̂0 makes larger than this are more than a network can avoid.</summary>
    private const double MostAmplified = 100;

    /// <summary>The teacher, or an error that tells where one comes from.</summary>
    public static TeacherBelief Teacher(DiffusionModel? teacher, double guidance, long? anyLabel, string what)
    {
        if (teacher is null)
        {
            throw new ArgumentException($"{what}: there is no teacher. Give a trained model (brownian distill RUN; teacher: RUN in a configuration).");
        }

        if (guidance != 1 && anyLabel is null)
        {
            throw new ArgumentException(
                $"{what}: guidance {guidance} needs the label that means \"any class\" (any_label); there is none. Give it, or leave guidance at 1.");
        }

        return new(teacher, guidance, anyLabel);
    }

    /// <summary>
    /// Looks whether x̂0 can be read where sampling starts: few steps begin with the belief in the data at pure noise, which is σ/α times the
    /// error of a predicted ε (Salimans and Ho 2022, section 4).
    /// </summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    public static void CheckReadable(DiffusionModel model, string what)
    {
        var amplified = 1 / Math.Abs(LossWeight.OutputGains([model.Path.Noisiest], model.Parameterization)[0]);
        if (!(amplified <= MostAmplified))
        {
            throw new ArgumentException(
                $"{what}: at the noisiest level the belief in the data is {amplified:0} times the error of {model.Parameterization.GetType().Name}. "
                + $"Use a model that outputs v, x0 or EDM's F ({nameof(PredictV)}, {nameof(PredictX0)}, {nameof(PredictEdm)}).");
        }
    }

    /// <summary>Numbers of steps drawn for a batch: a quantile for each sample, one offset for all (see <see cref="TimeDistribution.Draw"/>).</summary>
    public static int[] Indices(double[] cumulative, int count, RandomStream random)
    {
        var offset = random.NextUniform();
        return [.. Enumerable.Range(0, count).Select(i => IndexOf((offset + (double)i / count) % 1))];

        int IndexOf(double u)
        {
            var found = Array.FindIndex(cumulative, sum => u * cumulative[^1] < sum);
            return found < 0 ? cumulative.Length - 1 : found;
        }
    }

    /// <summary>
    /// Levels as tensors, in which clean data carry the time of the cleanest level: networks know no other, and the belief in clean data is
    /// the data whatever the network says.
    /// </summary>
    public static NoiseLevels Tensors(NoiseSchedule schedule, IReadOnlyList<NoiseLevel> levels, Tensor like) =>
        NoiseLevels.PerSample([.. levels.Select(level => level.IsClean ? level with { Time = schedule.Path.Cleanest.Time } : level)], like);
}
