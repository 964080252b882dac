using Brownian.Networks.UNet;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Benchmarks.Baseline;

/// <summary>
/// The UNet of DDPM as one writes it from TorchSharp's modules, for comparison: NCHW, float32. Takes the shapes of DownBlock2D,
/// AttnDownBlock2D, UpBlock2D and AttnUpBlock2D.
/// </summary>
internal sealed class PlainUNet : Network
{
    private readonly UNet2DConfig config;
    private readonly Conv2d input;
    private readonly Linear time1;
    private readonly Linear time2;
    private readonly ModuleList<PlainResBlock> downBlocks = new();
    private readonly ModuleList<PlainAttention> downAttentions = new();
    private readonly ModuleList<Conv2d> halvings = new();
    private readonly PlainResBlock middle1;
    private readonly PlainAttention middle2;
    private readonly PlainResBlock middle3;
    private readonly ModuleList<PlainResBlock> upBlocks = new();
    private readonly ModuleList<PlainAttention> upAttentions = new();
    private readonly ModuleList<Conv2d> doublings = new();
    private readonly GroupNorm outputNorm;
    private readonly Conv2d output;
    private readonly Embedding? classes;

    public PlainUNet(UNet2DConfig config)
        : base(nameof(PlainUNet))
    {
        this.config = config;
        var channels = config.BlockOutChannels;
        long embedding = config.EmbeddingChannels;
        input = nn.Conv2d(config.InChannels, channels[0], 3, padding: 1);
        time1 = nn.Linear(channels[0], embedding);
        time2 = nn.Linear(embedding, embedding);
        classes = config.NumClassEmbeds is { } count ? nn.Embedding(count, embedding) : null;
        var kept = new Stack<long>([channels[0]]);
        long current = channels[0];
        for (var level = 0; level < channels.Count; level++)
        {
            for (var i = 0; i < config.LayersPerBlock; i++)
            {
                downBlocks.Add(new PlainResBlock(current, channels[level], embedding));
                current = channels[level];
                if (Attends(config.DownBlockTypes[level]))
                {
                    downAttentions.Add(new PlainAttention(current));
                }

                kept.Push(current);
            }

            if (level < channels.Count - 1)
            {
                halvings.Add(nn.Conv2d(current, current, 3, stride: 2, padding: 1));
                kept.Push(current);
            }
        }

        middle1 = new(current, current, embedding);
        middle2 = new(current);
        middle3 = new(current, current, embedding);
        for (var level = channels.Count - 1; level >= 0; level--)
        {
            for (var i = 0; i <= config.LayersPerBlock; i++)
            {
                upBlocks.Add(new PlainResBlock(current + kept.Pop(), channels[level], embedding));
                current = channels[level];
                if (Attends(config.UpBlockTypes[channels.Count - 1 - level]))
                {
                    upAttentions.Add(new PlainAttention(current));
                }
            }

            if (level > 0)
            {
                doublings.Add(nn.Conv2d(current, current, 3, padding: 1));
            }
        }

        outputNorm = nn.GroupNorm(32, current, 1e-6);
        output = nn.Conv2d(current, config.OutChannels, 3, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor label, Condition? condition)
    {
        using var scope = NewDisposeScope();
        var half = config.BlockOutChannels[0] / 2;
        var frequencies = exp(arange(half, dtype: ScalarType.Float32) * (-Math.Log(10000) / half));
        var phase = label.to(ScalarType.Float32).unsqueeze(1) * frequencies;
        var embedding = time2.call(nn.functional.silu(time1.call(cat([phase.sin(), phase.cos()], 1))));
        embedding = classes is null ? embedding : embedding + classes.call(condition!.Labels!);
        var h = input.call(x);
        var kept = new Stack<Tensor>([h]);
        int block = 0, attention = 0;
        for (var level = 0; level < config.BlockOutChannels.Count; level++)
        {
            for (var i = 0; i < config.LayersPerBlock; i++)
            {
                h = downBlocks[block++].call(h, embedding);
                h = Attends(config.DownBlockTypes[level]) ? downAttentions[attention++].call(h) : h;
                kept.Push(h);
            }

            if (level < config.BlockOutChannels.Count - 1)
            {
                h = halvings[level].call(h);
                kept.Push(h);
            }
        }

        h = middle3.call(middle2.call(middle1.call(h, embedding)), embedding);
        block = attention = 0;
        for (var level = 0; level < config.BlockOutChannels.Count; level++)
        {
            for (var i = 0; i <= config.LayersPerBlock; i++)
            {
                h = upBlocks[block++].call(cat([h, kept.Pop()], 1), embedding);
                h = Attends(config.UpBlockTypes[level]) ? upAttentions[attention++].call(h) : h;
            }

            h = level < config.BlockOutChannels.Count - 1
                ? doublings[level].call(nn.functional.interpolate(h, scale_factor: [2, 2], mode: InterpolationMode.Nearest))
                : h;
        }

        return output.call(nn.functional.silu(outputNorm.call(h))).MoveToOuterDisposeScope();
    }

    private static bool Attends(string type) => type.StartsWith("Attn", StringComparison.Ordinal);
}
