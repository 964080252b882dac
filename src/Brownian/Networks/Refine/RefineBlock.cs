using Brownian.Networks.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Networks.Refine;

/// <summary>One refining block of RefineNet (Lin et al. 2017): residual units, fusion of two resolutions, chained residual pooling, residual units.</summary>
internal sealed class RefineBlock : nn.Module
{
    private const int PoolingStages = 2;
    private readonly RefineOptions options;
    private readonly ResidualUnits[] adapt;
    private readonly Stage[]? fusion;
    private readonly Stage[] pooling;
    private readonly ResidualUnits output;

    /// <summary>A block.</summary>
    /// <param name="from">Channels of each map that comes in, one or two.</param>
    /// <param name="to">Channels that go out.</param>
    /// <param name="isLast">Whether it ends the network, with three output units rather than one.</param>
    /// <param name="options">Shared by the network.</param>
    public RefineBlock(IReadOnlyList<long> from, long to, bool isLast, RefineOptions options)
        : base(nameof(RefineBlock))
    {
        this.options = options;
        adapt = [.. from.Select(channels => new ResidualUnits(channels, 2, options))];
        register_module("adapt_convs", nn.ModuleList(adapt));
        register_module("output_convs", output = new(to, isLast ? 3 : 1, options));
        if (from.Count > 1)
        {
            fusion = [.. from.Select(channels => new Stage(options.InnerNorm(channels), options.Convolution3(channels, to)))];
            register_module("msf", new Stages(fusion));
        }

        pooling = [.. Enumerable.Range(0, PoolingStages).Select(_ => new Stage(options.InnerNorm(to), options.Convolution3(to, to, hasBias: false)))];
        register_module("crp", new Stages(pooling));
    }

    /// <summary>The refined map, [N, C', H, W], of the size of the first.</summary>
    /// <param name="level">The number of the noise level, [N].</param>
    /// <param name="maps">As many as channels were given, the one of higher resolution first.</param>
    public Tensor Of(Tensor? level, params Tensor[] maps)
    {
        using var scope = NewDisposeScope();
        var adapted = maps.Select((map, i) => adapt[i].call(map, level)).ToArray();
        var h = fusion is null ? adapted[0] : Fused(adapted, level, fusion);
        h = options.Activation.Apply(h);
        var path = h;
        foreach (var (norm, conv) in pooling)
        {
            path = conv.call(options.Pool(norm is null ? path : norm.call(path, level)));
            h = path + h;
        }

        return output.call(h, level).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private static Tensor Fused(Tensor[] maps, Tensor? level, Stage[] fusion)
    {
        Tensor? sum = null;
        long[] size = [maps[0].size(2), maps[0].size(3)];
        for (var i = 0; i < maps.Length; i++)
        {
            var h = fusion[i].Norm is { } norm ? norm.call(maps[i], level) : maps[i];
            h = fusion[i].Conv.call(h);
            h = h.size(2) == size[0] && h.size(3) == size[1] ? h
                : nn.functional.interpolate(h, size, mode: InterpolationMode.Bilinear, align_corners: true);
            sum = sum is null ? h : sum + h;
        }

        return sum!;
    }

    private sealed record Stage(RefineNorm? Norm, nn.Module<Tensor, Tensor> Conv);

    private sealed class Stages : nn.Module
    {
        public Stages(Stage[] stages)
            : base(nameof(Stages))
        {
            register_module("convs", nn.ModuleList(stages.Select(stage => stage.Conv).ToArray()));
            if (stages[0].Norm is not null)
            {
                register_module("norms", nn.ModuleList(stages.Select(stage => stage.Norm!).ToArray()));
            }
        }

        protected override void RegisterComponents()
        {
        }
    }
}
