using Brownian.Cli.Terminals;
using Brownian.Training;
using static TorchSharp.torch;

namespace Brownian.Cli.Toys;

/// <summary>Trains a perceptron on a toy set.</summary>
internal static class ToyTraining
{
    private const int Batch = 1024;

    /// <summary>The trained model with averaged weights and, where it was learned, its path; the caller frees the network.</summary>
    public static DiffusionModel Run(ToyFamily family, ToyData data, ulong seed, BudgetConfig budget, Terminal terminal, CancellationToken cancellation)
    {
        var network = new PointNetwork(family.Path, family.Output, family.Objective.LearnsVariance ? 4 : 2, 128, 4, seed);
        var model = new DiffusionModel(network, family.Path, family.Output);
        using var trainer = new Trainer(model, family.Objective, new Batches(data, seed), new()
        {
            Seed = seed,
            Budget = budget,
            Optimizer = new() { LearningRate = 2e-3, WarmupSteps = 50, Beta2 = 0.99 },
            Ema = new() { RampUp = 0.05 },
        });
        var mean = double.NaN;
        foreach (var step in trainer.Run(cancellation))
        {
            mean = double.IsNaN(mean) ? step.Loss : mean + 0.02 * (step.Loss - mean);
            if (step.Number % 500 == 0)
            {
                terminal.Say($"step {step.Number}: loss {mean:0.0000}, {step.Seconds:0.0} s");
            }
        }

        cancellation.ThrowIfCancellationRequested();
        var path = trainer.AveragedPath;
        Keep(trainer, network);
        network.eval();
        return model with { Path = path };
    }

    // The trainer puts the trained weights back when the average is no longer asked for; here the average is what stays.
    private static void Keep(Trainer trainer, PointNetwork network)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Tensor[] average;
        using (trainer.WithAveragedWeights())
        {
            average = [.. network.parameters().Select(p => p.clone())];
        }

        foreach (var (parameter, value) in network.parameters().Zip(average))
        {
            parameter.copy_(value);
        }
    }

    private sealed class Batches(ToyData data, ulong seed) : IBatchSource
    {
        public TrainingBatch At(long position)
        {
            using var random = new RandomStream(seed, 0x746F79, (ulong)position);
            return new(data.Draw(Batch, random));
        }
    }
}
