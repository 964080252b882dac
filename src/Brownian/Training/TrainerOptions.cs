using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>How a <see cref="Trainer"/> trains, whatever the data and the network are.</summary>
public sealed record TrainerOptions
{
    /// <summary>Names every random number of the run.</summary>
    public ulong Seed { get; init; }

    /// <summary>The optimizer and its learning rate.</summary>
    public OptimizerConfig Optimizer { get; init; } = new();

    /// <summary>The averaged weights.</summary>
    public EmaConfig Ema { get; init; } = new();

    /// <summary>When to stop.</summary>
    public BudgetConfig Budget { get; init; } = new();

    /// <summary>Pieces that a batch is computed in, one after the other, to save memory. The gradient is that of the whole batch.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>The probability that a class label is replaced by <see cref="AnyLabel"/>, so that guidance can be used (Ho and Salimans 2022).</summary>
    public double LabelDrop { get; init; }

    /// <summary>The label that means "any class"; required when labels are dropped.</summary>
    public long? AnyLabel { get; init; }

    /// <summary>A trained model to learn from, for objectives that need one; borrowed.</summary>
    public DiffusionModel? Teacher { get; init; }

    /// <summary>In what the network computes; parameters and optimizer stay float32.</summary>
    public ScalarType ComputeType { get; init; } = ScalarType.Float32;

    internal void Validate()
    {
        Optimizer.Validate();
        Ema.Validate();
        Budget.Validate();
        Range.AtLeastOne(Accumulate, "accumulate");
        Range.Within(LabelDrop, 0, 1, "label_drop");
        if (LabelDrop > 0 && AnyLabel is null)
        {
            throw new ArgumentException("label_drop: there is no label that means \"any\". Give AnyLabel, or set label_drop to 0.");
        }

        if (Optimizer.Schedule == LearningRateSchedule.Cosine && Budget.IsOpen)
        {
            throw new ArgumentException(
                "optimizer.schedule: cosine needs to know where the run ends. Give a budget (minutes, steps or images), or choose constant.");
        }
    }
}
