namespace Brownian.Training;

/// <summary>AdamW (Loshchilov and Hutter 2019), its learning rate over the run, and gradient clipping.</summary>
public sealed record OptimizerConfig
{
    /// <summary>The peak learning rate, &gt; 0.</summary>
    public double LearningRate { get; init; } = 2e-4;

    /// <summary>What the learning rate does after the warm-up.</summary>
    public LearningRateSchedule Schedule { get; init; } = LearningRateSchedule.Cosine;

    /// <summary>Steps over which the learning rate rises linearly to its peak; 0 starts there.</summary>
    public int WarmupSteps { get; init; } = 100;

    /// <summary>Where the cosine ends, as a fraction of the peak.</summary>
    public double FinalFraction { get; init; }

    /// <summary>Decay of the running mean of the gradient, in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the running mean of the squared gradient, in [0, 1).</summary>
    public double Beta2 { get; init; } = 0.99;

    /// <summary>Added to the root of the second moment.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay, ≥ 0.</summary>
    public double WeightDecay { get; init; }

    /// <summary>The largest global gradient norm; longer gradients are scaled down to it. Null for no limit.</summary>
    public double? Clip { get; init; } = 1;

    /// <summary>The learning rate of one step.</summary>
    /// <param name="number">The step, from 1.</param>
    /// <param name="progress">How much of the budget was used before this step, in [0, 1].</param>
    public double RateAt(long number, double progress)
    {
        var warmup = WarmupSteps == 0 ? 1 : Math.Min(1, (double)number / WarmupSteps);
        var shape = Schedule switch
        {
            LearningRateSchedule.Constant => 1,
            _ => FinalFraction + (1 - FinalFraction) * 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(progress, 0, 1))),
        };
        return LearningRate * warmup * shape;
    }

    internal void Validate()
    {
        Range.Positive(LearningRate, "optimizer.learning_rate");
        Range.NotNegative(WarmupSteps, "optimizer.warmup_steps");
        Range.Within(FinalFraction, 0, 1, "optimizer.final_fraction");
        Range.Within(Beta1, 0, 1 - 1e-9, "optimizer.beta1");
        Range.Within(Beta2, 0, 1 - 1e-9, "optimizer.beta2");
        Range.Positive(Epsilon, "optimizer.epsilon");
        Range.NotNegative(WeightDecay, "optimizer.weight_decay");
        Range.Positive(Clip ?? 1, "optimizer.clip");
    }
}
