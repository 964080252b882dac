using Brownian.Checkpoints;
using Brownian.Networks;
using Brownian.Objectives;
using Brownian.Paths;
using Brownian.Spacing;

namespace Brownian.Training;

/// <summary>Configurations of runs that teach a trained model to need few steps.</summary>
public static class Distillations
{
    /// <summary>The methods' names.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["consistency", "progressive"];

    /// <summary>Consistency distillation: one run, sampled in one step or a few.</summary>
    /// <param name="teacher">The teacher's folder.</param>
    /// <param name="steps">The number of steps recommended for sampling.</param>
    /// <param name="guidance">Scale of classifier-free guidance that is built in; null for the teacher's own.</param>
    /// <param name="settings">Assignments such as <c>budget.minutes=10</c>, laid over the teacher's configuration and the method's.</param>
    /// <exception cref="ArgumentException">A setting is wrong, or the teacher's configuration is not known and <c>data.source</c> not given.</exception>
    /// <exception cref="CheckpointFormatException">There is no model in the folder.</exception>
    public static TrainingConfig Consistency(string teacher, int steps, double? guidance, IEnumerable<string> settings)
    {
        using var bundle = ModelBundle.Load(teacher);
        var strength = Strength(bundle, guidance);
        var config = Base(teacher, bundle) with
        {
            Description = $"Consistency distillation (Song et al. 2023) of {Path.GetFileName(Path.TrimEndingDirectorySeparator(teacher))}.",
            Objective = new ConsistencyDistillation { Spacing = SpacingOf(bundle.Model.Path), Guidance = strength, AnyLabel = Any(bundle, strength) },
        };
        return ConfigFile.With(Sampled(config, "consistency", bundle, steps), settings);
    }

    /// <summary>Progressive distillation: a run for each halving, each the teacher of the next.</summary>
    /// <param name="teacher">The teacher's folder.</param>
    /// <param name="folder">The folder of the first run whose students take so many steps, from their number.</param>
    /// <param name="from">Steps of the first teacher, a power of 2 times <paramref name="steps"/>.</param>
    /// <param name="steps">Steps of the last student.</param>
    /// <param name="guidance">Scale of classifier-free guidance that is built in; null for the teacher's own.</param>
    /// <param name="settings">Assignments, laid over the teacher's configuration and the method's. The budget is that of each run.</param>
    /// <returns>Runs in their order: the number of steps, and the configuration.</returns>
    /// <inheritdoc cref="Consistency" path="/exception"/>
    public static IReadOnlyList<(int Steps, TrainingConfig Config)> Progressive(
        string teacher, Func<int, string> folder, int from, int steps, double? guidance, IEnumerable<string> settings)
    {
        var rounds = Rounds(from, steps);
        using var bundle = ModelBundle.Load(teacher);
        var strength = Strength(bundle, guidance);
        var spacing = SpacingOf(bundle.Model.Path);
        var known = settings.ToArray();
        return [.. rounds.Select((count, i) =>
        {
            var first = i == 0;
            var start = Base(first ? teacher : folder(rounds[i - 1]), bundle);
            var config = start with
            {
                // A halving changes the function little, so it takes the small steps of fine-tuning; consistency keeps the teacher's rate.
                Optimizer = start.Optimizer with { LearningRate = Math.Min(start.Optimizer.LearningRate, 3e-4) },
                Description = $"Progressive distillation (Salimans and Ho 2022) of {Path.GetFileName(Path.TrimEndingDirectorySeparator(teacher))} to {count} steps.",
                Objective = new ProgressiveDistillation(count)
                {
                    Spacing = spacing,
                    Guidance = first ? strength : 1,
                    AnyLabel = first ? Any(bundle, strength) : null,
                },
            };
            return (count, ConfigFile.With(Sampled(config, "ddim", bundle, count), known));
        })];
    }

    private static int[] Rounds(int from, int steps)
    {
        var rounds = new List<int>();
        for (var count = from / 2; count >= steps; count /= 2)
        {
            rounds.Add(count);
        }

        return rounds.Count > 0 && rounds[^1] == steps && rounds[0] * 2 == from
            ? [.. rounds]
            : throw new ArgumentException(
                $"progressive: expected a first number of steps that is {steps} times 2, 4, 8 …; got {from}. Such as {16 * steps}.");
    }

    // The teacher's own configuration, started from its weights.
    private static TrainingConfig Base(string teacher, ModelBundle bundle)
    {
        var known = bundle.Provenance.Config is { } text ? ConfigFile.Read(text) : new TrainingConfig { LabelDrop = bundle.NullLabel is null ? 0 : 0.1 };
        return known with
        {
            Teacher = Path.GetFullPath(teacher),
            Network = ((IConfiguredNetwork)bundle.Model.Network).Config,
            Path = bundle.Model.Path,
            Output = bundle.Model.Parameterization,
            Budget = new() { Minutes = 10 },
        };
    }

    private static TrainingConfig Sampled(TrainingConfig config, string sampler, ModelBundle bundle, int steps) => config with
    {
        Samples = config.Samples with
        {
            Sampler = sampler,
            Spacing = SpacingOf(bundle.Model.Path),
            Steps = steps,
            Guidance = 1,
            Clip = bundle.Sampling.Clip,
        },
    };

    private static double Strength(ModelBundle bundle, double? guidance) => guidance ?? (bundle.NullLabel is null ? 1 : bundle.Sampling.Guidance);

    private static long? Any(ModelBundle bundle, double guidance) => guidance == 1 ? null : bundle.NullLabel;

    /// <summary>A spacing whose every second level is its own: in the path's time, or by Karras where the time is σ.</summary>
    private static string SpacingOf(GaussianPath path) => path is EdmPath ? "karras-trailing" : "trailing";
}
