using static TorchSharp.torch;

namespace Brownian.Evaluation;

/// <summary>One block of <see cref="InceptionV3"/>, [N, C, H, W] → [N, C', H', W'].</summary>
internal sealed class InceptionBlock : nn.Module<Tensor, Tensor>
{
    private readonly List<(InceptionPooling Pooling, InceptionUnit[] Units, InceptionUnit[] Fork)> branches = [];

    public InceptionBlock(InceptionBlockShape shape, long from)
        : base(nameof(InceptionBlock))
    {
        foreach (var branch in shape.Branches)
        {
            var width = from;
            InceptionUnit[] units = [.. branch.Units.Select(unit =>
            {
                var made = Unit(unit, width);
                width = unit.Out;
                return made;
            })];
            InceptionUnit[] fork = [.. branch.Fork.Select(unit => Unit(unit, width))];
            branches.Add((branch.Pooling, units, fork));
            Channels += fork.Length > 0 ? branch.Fork.Sum(unit => unit.Out) : width;
        }
    }

    /// <summary>C'.</summary>
    public long Channels { get; }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return cat([.. branches.SelectMany(branch => Outputs(branch, x))], 1).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private static IEnumerable<Tensor> Outputs((InceptionPooling Pooling, InceptionUnit[] Units, InceptionUnit[] Fork) branch, Tensor x)
    {
        var h = branch.Pooling switch
        {
            InceptionPooling.Average => nn.functional.avg_pool2d(x, [3, 3], [1, 1], [1, 1], count_include_pad: false),
            InceptionPooling.Largest => nn.functional.max_pool2d(x, [3, 3], [1, 1], [1, 1]),
            InceptionPooling.Halving => nn.functional.max_pool2d(x, [3, 3], [2, 2]),
            _ => x,
        };
        foreach (var unit in branch.Units)
        {
            h = unit.call(h);
        }

        return branch.Fork.Length == 0 ? [h] : branch.Fork.Select(unit => unit.call(h));
    }

    private InceptionUnit Unit(InceptionUnitShape shape, long from)
    {
        var unit = new InceptionUnit(shape, from, pads: true);
        register_module(shape.Name, unit);
        return unit;
    }
}
