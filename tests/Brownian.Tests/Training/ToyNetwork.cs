using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Tests.Training;

/// <summary>A small perceptron on [N, D] with a class embedding and dropout: everything a trainer touches, in microseconds.</summary>
internal sealed class ToyNetwork : Network
{
    private readonly Linear enter;
    private readonly Linear middle;
    private readonly Linear exit;
    private readonly Embedding classes;
    private readonly double dropout;

    public ToyNetwork(int dims = 2, int width = 32, double dropout = 0, ulong seed = 1)
        : base(nameof(ToyNetwork))
    {
        this.dropout = dropout;
        enter = nn.Linear(dims + 3, width);
        middle = nn.Linear(width, width);
        exit = nn.Linear(width, dims);
        classes = nn.Embedding(4, width);
        RegisterComponents();
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var random = new RandomStream(seed);
        foreach (var parameter in parameters())
        {
            parameter.copy_(random.NormalLike(parameter) / Math.Sqrt(parameter.size(-1)));
        }
    }

    /// <summary>What is done to the output; a test's way to break it.</summary>
    public Func<Tensor, Tensor, Tensor> After { get; init; } = (output, _) => output;

    /// <summary>All labels that were seen, in order.</summary>
    public List<long> Labels { get; } = [];

    public static DiffusionModel Model(ToyNetwork network) => new(network, new EdmPath(), new PredictEdm(1));

    public static DenoisingObjective Objective { get; } = new(new LogNormalSigma(-0.5, 1.5), new UniformWeight());

    public override Tensor forward(Tensor input, Tensor label, Condition? condition)
    {
        using var scope = NewDisposeScope();
        var time = label.unsqueeze(1);
        var x = enter.call(cat([input, time, time.sin(), time.cos()], 1));
        if (condition?.Labels is { } labels)
        {
            Labels.AddRange(labels.data<long>().ToArray());
            x = x + classes.call(labels);
        }

        x = nn.functional.silu(middle.call(nn.functional.silu(x)));
        if (training && dropout > 0)
        {
            x = x * DropoutNoise!.Uniform(x.shape).ge(dropout).to(x.dtype) / (1 - dropout);
        }

        return After(exit.call(nn.functional.silu(x)), label).MoveToOuterDisposeScope();
    }
}

/// <summary>Two narrow Gaussians at (±1, ±1), the label telling which.</summary>
internal sealed class ToyBatches(int size, ulong seed = 5) : IBatchSource
{
    public const double Spread = 0.3;

    public TrainingBatch At(long position)
    {
        using var random = new RandomStream(seed, (ulong)position);
        var labels = Enumerable.Range(0, size).Select(_ => (long)random.NextInt(2)).ToArray();
        var sign = tensor(labels).unsqueeze(1).to(ScalarType.Float32) * 2 - 1;
        var x0 = sign + Spread * random.NormalLike(zeros(size, 2));
        return new(x0, new Condition { Labels = tensor(labels) });
    }
}

/// <summary>A clock that a test moves; each look at it may move it too.</summary>
internal sealed class ManualClock(double secondsPerLook = 0) : TimeProvider
{
    private double seconds;

    public override long TimestampFrequency => 1_000_000;

    public void Advance(double by) => seconds += by;

    public override long GetTimestamp()
    {
        seconds += secondsPerLook;
        return (long)(seconds * TimestampFrequency);
    }
}
