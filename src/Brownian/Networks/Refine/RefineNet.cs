using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Refine;

/// <summary>
/// The score networks of NCSN (Song and Ermon 2019, app. A) and NCSNv2 (Song and Ermon 2020, app. B): a RefineNet (Lin et al. 2017) with
/// dilations and instance norms. The label is the number of a noise level, 0 for the noisiest; the output is the score.
/// </summary>
public sealed class RefineNet : BlockNetwork, IConfiguredNetwork
{
    private readonly Convolution first;
    private readonly RefineNorm normalizer;
    private readonly Convolution last;
    private readonly RefineResBlock[][] levels;
    private readonly RefineBlock[] refining;
    private readonly IReadOnlyList<RefineLevel> layout;
    private readonly RefineOptions options;

    /// <summary>A network with random weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Of the weights.</param>
    /// <exception cref="ArgumentException">The configuration contradicts itself, or names what does not exist.</exception>
    public RefineNet(RefineNetConfig config, ulong seed = 0)
        : base(nameof(RefineNet))
    {
        Config = config;
        options = new(config, Compute);
        layout = RefineLayout.Of(config.Depth);
        long width = config.ModelChannels;
        register_module("begin_conv", first = new(config.InChannels, width, 3, Compute));

        // The reference hands the number of levels over where these two norms take their ε.
        var slip = config is { IsConditional: false, Normalization: "InstanceNorm" or "BatchNorm" } ? config.SigmaCount : (double?)null;
        register_module("normalizer", normalizer = options.Norm(width, slip));
        register_module("end_conv", last = new(width, config.InChannels, 3, Compute));
        levels = [.. layout.Select((level, i) => Level(i == 0 ? width : layout[i - 1].Mult * width, level))];
        refining = [.. layout.Select((level, i) => new RefineBlock(
            i == layout.Count - 1 ? [level.Mult * width] : [level.Mult * width, layout[i + 1].Refined * width], level.Refined * width, i == 0, options))];
        for (var i = 0; i < layout.Count; i++)
        {
            register_module($"res{layout[i].Suffix}", nn.ModuleList(levels[i]));
            register_module($"refine{layout[i].RefineSuffix}", refining[i]);
        }

        Start(seed);
    }

    /// <summary>The shape.</summary>
    public RefineNetConfig Config { get; }

    /// <inheritdoc/>
    NetworkConfig IConfiguredNetwork.Config => Config;

    /// <summary>Draws all weights anew: PyTorch's rule for convolutions, scales near 1 for norms.</summary>
    public override void Initialize(ulong seed)
    {
        base.Initialize(seed);
        foreach (var (i, norm) in modules().OfType<RefineNorm>().Index())
        {
            using var noise = new RandomStream(seed, (ulong)i, 1);
            norm.InitializeLevels(noise);
        }
    }

    /// <summary>[N, C, H, W], [N] → the score, [N, C, H, W], in float32 (float64 if the parameters are).</summary>
    /// <param name="input">[N, C, H, W].</param>
    /// <param name="label">The number of the noise level, [N], in [0, L); 0 is the noisiest. Rounded to the nearest.</param>
    /// <param name="condition">Not read.</param>
    /// <exception cref="ArgumentException">The input has other channels, or a label is out of range.</exception>
    public override Tensor forward(Tensor input, Tensor label, Condition? condition)
    {
        using var scope = NewDisposeScope();
        CheckImages(input, label, Config.InChannels);
        var master = first.Weight.dtype;
        var level = label.dtype == ScalarType.Int64 ? label : label.round().to(ScalarType.Int64);
        var h = Traced("begin_conv", first.call(Prepared(input, master, Config.CenterInputSample)));
        var maps = new Tensor[levels.Length];
        for (var i = 0; i < levels.Length; i++)
        {
            h = maps[i] = Level(i, h, level);
        }

        for (var i = levels.Length - 1; i >= 0; i--)
        {
            h = Traced($"refine{layout[i].RefineSuffix}", i == levels.Length - 1 ? refining[i].Of(level, maps[i]) : refining[i].Of(level, maps[i], h));
        }

        h = Traced("normalizer", normalizer.call(h, level));
        var score = last.call(options.Activation.Apply(h)).to(master).contiguous();
        return (Config.IsConditional ? score : score / Sigmas(level, score)).MoveToOuterDisposeScope();
    }

    private RefineResBlock[] Level(long from, RefineLevel level)
    {
        var to = (long)level.Mult * Config.ModelChannels;
        return [new(from, to, level.Suffix != "1", level.Dilation, options), new(to, to, isDown: false, level.Dilation, options)];
    }

    private Tensor Level(int number, Tensor h, Tensor level)
    {
        using var scope = NewDisposeScope();
        foreach (var block in levels[number])
        {
            h = block.call(h, level);
        }

        return Traced($"res{layout[number].Suffix}.1", h).MoveToOuterDisposeScope();
    }

    // float32 as in the checkpoints, also where the network computes in float64.
    private Tensor Sigmas(Tensor level, Tensor like) =>
        tensor(Ladder(Config), device: like.device).index_select(0, level).to(like.dtype).reshape(-1, 1, 1, 1);

    private static float[] Ladder(RefineNetConfig config)
    {
        var (from, to) = config.SigmaUniform ? (config.SigmaMax, config.SigmaMin) : (Math.Log(config.SigmaMax), Math.Log(config.SigmaMin));
        return [.. Enumerable.Range(0, config.SigmaCount).Select(i =>
        {
            var value = config.SigmaCount == 1 ? from : from + (to - from) * i / (config.SigmaCount - 1);
            return (float)(config.SigmaUniform ? value : Math.Exp(value));
        })];
    }

}
