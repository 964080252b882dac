using Brownian.Parameterizations;
using Brownian.Paths;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Cli.Toys;

/// <summary>A perceptron for points: [N, D], label [N] → [N, D'], with residual layers that are told the noise level.</summary>
internal sealed class PointNetwork : Network
{
    private const int Frequencies = 6;
    private readonly Linear enter;
    private readonly ModuleList<Linear> hidden;
    private readonly ModuleList<Linear> told;
    private readonly Linear exit;
    private readonly double lowest;
    private readonly double highest;

    /// <param name="path">The path; the label's range on it is scaled to [0, 1], whatever its unit.</param>
    /// <param name="output">What makes the label of a level.</param>
    /// <param name="outputs">D'.</param>
    /// <param name="width">Of the hidden layers.</param>
    /// <param name="layers">Hidden layers.</param>
    /// <param name="seed">Of the weights.</param>
    public PointNetwork(GaussianPath path, Parameterization output, int outputs, int width, int layers, ulong seed)
        : base(nameof(PointNetwork))
    {
        (lowest, highest) = (LabelOf(path.Cleanest, output), LabelOf(path.Noisiest, output));
        enter = nn.Linear(2, width);
        hidden = new ModuleList<Linear>([.. Enumerable.Range(0, layers).Select(_ => nn.Linear(width, width))]);
        told = new ModuleList<Linear>([.. Enumerable.Range(0, layers).Select(_ => nn.Linear(2 * Frequencies + 1, width))]);
        exit = nn.Linear(width, outputs);
        RegisterComponents();
        Initialize(seed);
    }

    public override Tensor forward(Tensor input, Tensor label, Condition? condition)
    {
        using var scope = NewDisposeScope();
        var time = Features((label - lowest) / (highest - lowest));
        var x = enter.call(input);
        for (var i = 0; i < hidden.Count; i++)
        {
            x = x + hidden[i].call(nn.functional.silu(x + told[i].call(time)));
        }

        return exit.call(nn.functional.silu(x)).MoveToOuterDisposeScope();
    }

    private static double LabelOf(NoiseLevel level, Parameterization output)
    {
        using var scope = NewDisposeScope();
        return output.Label(NoiseLevels.Of(level, zeros(1, dtype: ScalarType.Float64))).item<double>();
    }

    private static Tensor Features(Tensor unit)
    {
        var column = unit.unsqueeze(1);
        var phase = column * tensor(Enumerable.Range(0, Frequencies).Select(i => (float)(Math.PI / 2 * (1 << i))).ToArray());
        return cat([column, phase.sin(), phase.cos()], 1);
    }

    private void Initialize(ulong seed)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var random = new RandomStream(seed);
        foreach (var (name, parameter) in named_parameters())
        {
            var scale = name.StartsWith("exit", StringComparison.Ordinal) ? 1e-3 : 1 / Math.Sqrt(Math.Max(1, parameter.size(-1)));
            parameter.copy_(parameter.dim() > 1 ? random.NormalLike(parameter) * scale : zeros_like(parameter));
        }
    }
}
