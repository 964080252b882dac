using Brownian.Checkpoints;
using Brownian.Data;
using Brownian.Networks;
using Brownian.Paths;
using Brownian.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>A configuration come to life: opened data, a fresh network, a trainer at step 0.</summary>
internal sealed class TrainingSetup : IDisposable
{
    private readonly DatasetBatches batches;

    public TrainingSetup(TrainingConfig config, Device? device = null, TimeProvider? clock = null)
    {
        config.Validate();
        var on = device ?? CPU;
        Config = config;
        Dataset = config.Data.Open();
        ClassCount = config.Data.Classes ? Dataset.ClassNames?.Count : null;
        NullLabel = ClassCount is { } classes && config.LabelDrop > 0 ? classes : null;
        Teacher = config.Teacher is null ? null : Teachers.Load(config.Teacher, Image, ClassCount);
        var shape = Teachers.Shape(config.Network, Needs(), Teacher);
        Network = shape.Create(WeightSeed(config.Seed));
        Teachers.CopyWeights(Teacher, shape, Network);
        Network.to(on);
        Teacher?.Model.Network.to(on);
        Model = new DiffusionModel(Network, config.Path, config.Output);
        batches = new DatasetBatches(
            Dataset, new() { BatchSize = config.Batch, Seed = DataSeed(config.Seed), Flip = config.Data.Flip }, ClassCount is not null);
        Trainer = new Trainer(Model, config.Objective, batches, Options(on), clock);
    }

    public TrainingConfig Config { get; }

    public IImageDataset Dataset { get; }

    public Network Network { get; }

    public DiffusionModel Model { get; }

    public ModelBundle? Teacher { get; }

    public Trainer Trainer { get; }

    public int? ClassCount { get; }

    public long? NullLabel { get; }

    public ImageShape Image => new(Dataset.Channels, Dataset.Height, Dataset.Width);

    /// <summary>The model on the path that the objective has learned, if it learns one.</summary>
    public DiffusionModel LearnedModel => Model with { Path = Trainer.AveragedPath };

    /// <summary>The model with what sampling needs to know; it borrows the network.</summary>
    public ModelBundle Bundle() => new(LearnedModel, Image)
    {
        ClassCount = ClassCount,
        ClassNames = ClassCount is null ? null : Dataset.ClassNames,
        NullLabel = NullLabel,
        Sampling = Config.Samples.Recommended(Config.Path),
        Provenance = new()
        {
            Program = Program,
            Data = Dataset.Name,
            Seed = Config.Seed,
            Step = Trainer.Progress.Steps,
            Images = Trainer.Progress.Images,
            Weights = CheckpointPart.Ema,
            Config = ConfigFile.Write(Config),
        },
    };

    public void Dispose()
    {
        Trainer.Dispose();
        batches.Dispose();
        Network.Dispose();
        Teacher?.Dispose();
        (Dataset as IDisposable)?.Dispose();
    }

    private static string Program => $"brownian {ProgramVersion.Text}";

    private static ulong WeightSeed(ulong seed) => Derived(seed, RandomPurpose.Weights);

    private static ulong DataSeed(ulong seed) => Derived(seed, RandomPurpose.Data);

    private static ulong Derived(ulong seed, RandomPurpose purpose)
    {
        using var random = new RandomStream(seed, (ulong)purpose);
        return random.NextBits();
    }

    private NetworkNeeds Needs() => new(Dataset.Channels, Dataset.Height, Dataset.Width)
    {
        Labels = NullLabel is null ? ClassCount : ClassCount + 1,
        LearnedVariance = Config.Objective.LearnsVariance,
        Levels = Config.Path switch { DiscretePath discrete => discrete.Count, SigmaTable ladder => ladder.Count, _ => null },
    };

    private TrainerOptions Options(Device device) => new()
    {
        Seed = Config.Seed,
        Optimizer = Config.Optimizer,
        Ema = Config.Ema,
        Budget = Config.Budget,
        Accumulate = Config.Accumulate,
        LabelDrop = NullLabel is null ? 0 : Config.LabelDrop,
        AnyLabel = NullLabel,
        Teacher = Teacher?.Model,
        ComputeType = Config.Precision.TypeOn(device),
    };
}
