using Brownian.Networks;
using Brownian.Networks.UNet;
using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Training;

/// <summary>
/// A training run as a value: data, network, diffusion, optimizer, budget. Written as YAML with the names of these properties in
/// snake_case; see <see cref="ConfigFile"/> and <see cref="Presets"/>.
/// </summary>
public sealed record TrainingConfig
{
    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>Names every random number of the run: weights, order of the data, noise, dropout, samples.</summary>
    public ulong Seed { get; init; }

    /// <summary>The images.</summary>
    public DataConfig Data { get; init; } = new();

    /// <summary>
    /// The network; without a <c>kind</c>, a <see cref="UNet2D"/> with the names of diffusers' <c>UNet2DModel</c>. Its channels, size and
    /// labels follow from the data.
    /// </summary>
    public NetworkConfig Network { get; init; } = new UNet2DConfig();

    /// <summary>The forward process.</summary>
    public GaussianPath Path { get; init; } = DiscretePath.Cosine();

    /// <summary>What the network learns to output.</summary>
    public Parameterization Output { get; init; } = new PredictV();

    /// <summary>What is minimised; without a kind the error of the network's output, at which levels and with what weight.</summary>
    public Objective Objective { get; init; } = new DenoisingObjective(new UniformStep(), new UniformWeight());

    /// <summary>
    /// A trained model, as <see cref="Checkpoints.ModelBundle.Load"/> takes it: objectives that distil learn from it, and a network of the same
    /// shape starts from its weights. Null for none.
    /// </summary>
    public string? Teacher { get; init; }

    /// <summary>Images in one update.</summary>
    public int Batch { get; init; } = 64;

    /// <summary>Pieces a batch is computed in, one after the other, to save memory; the update is that of the whole batch.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>The probability that the class is withheld, so that guidance can be used.</summary>
    public double LabelDrop { get; init; } = 0.1;

    /// <summary>In what the network computes.</summary>
    public Precision Precision { get; init; } = Precision.Auto;

    /// <summary>The optimizer and its learning rate.</summary>
    public OptimizerConfig Optimizer { get; init; } = new();

    /// <summary>The averaged weights.</summary>
    public EmaConfig Ema { get; init; } = new();

    /// <summary>When to stop.</summary>
    public BudgetConfig Budget { get; init; } = new();

    /// <summary>Pictures made while training.</summary>
    public SamplesConfig Samples { get; init; } = new();

    /// <summary>When the run is saved.</summary>
    public CheckpointsConfig Checkpoints { get; init; } = new();

    /// <summary>What is recorded.</summary>
    public LogConfig Log { get; init; } = new();

    /// <summary>Looks for settings that are out of range or contradict each other.</summary>
    /// <exception cref="ArgumentException">The first of them, by the name it has in YAML.</exception>
    public void Validate()
    {
        Range.AtLeastOne(Batch, "batch");
        Range.Within(Accumulate, 1, Batch, "accumulate");
        Range.Within(LabelDrop, 0, 1, "label_drop");
        Data.Validate();
        Optimizer.Validate();
        Ema.Validate();
        Budget.Validate();
        Samples.Validate();
        Checkpoints.Validate();
        Log.Validate();
    }
}
