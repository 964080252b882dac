using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.DiT;

/// <summary>
/// DiT (Peebles and Xie 2023): a transformer over the patches of a latent image, which time and class modulate. Name for name and number for
/// number diffusers' <c>DiTTransformer2DModel</c>; with other names facebookresearch/DiT, see <see cref="OriginalDiTConfig"/>.
/// </summary>
public sealed class DiffusionTransformer : BlockNetwork, IConfiguredNetwork
{
    private readonly Convolution patches;
    private readonly DiTEmbedding? shared;
    private readonly DiTBlock[] blocks;
    private readonly LayerNormalization normOut;
    private readonly Dense modulation;
    private readonly Dense output;

    /// <summary>A network with random weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Of the weights.</param>
    /// <exception cref="ArgumentException">The configuration contradicts itself, or names what does not exist.</exception>
    public DiffusionTransformer(DiTConfig config, ulong seed = 0)
        : base(nameof(DiffusionTransformer))
    {
        if (config.NormType != "ada_norm_zero" || config.NumLayers < 1)
        {
            throw new ArgumentException(
                $"config: a DiT has norm_type ada_norm_zero and at least one of num_layers; got \"{config.NormType}\" and {config.NumLayers}.");
        }

        Config = config;
        var (width, patch) = (config.Width, config.PatchSize);
        register_module("pos_embed", new Parts(("proj", patches = new(config.InChannels, width, patch, Compute, stride: patch, padding: 0))));
        if (config.SharedEmbedding)
        {
            register_module("emb", shared = new(config, Compute));
        }

        blocks = [.. Enumerable.Range(0, config.NumLayers).Select(_ =>
            new DiTBlock(config, config.SharedEmbedding ? null : new DiTEmbedding(config, Compute), Compute))];
        register_module("transformer_blocks", nn.ModuleList(blocks));
        register_module("norm_out", normOut = new(width, DiTBlock.Epsilon, affine: false));
        register_module("proj_out_1", modulation = new(width, 2 * width, Compute, exact: true, startsAtZero: true));
        register_module("proj_out_2", output = new(width, (long)patch * patch * OutChannels, Compute, startsAtZero: true));
        Start(seed);
    }

    /// <summary>The shape.</summary>
    public DiTConfig Config { get; }

    NetworkConfig IConfiguredNetwork.Config => Config;

    private int OutChannels => Config.OutChannels ?? Config.InChannels;

    /// <summary>[N, C, H, W], [N] → [N, C', H, W] in float32 (float64 if the parameters are).</summary>
    /// <param name="input">[N, C, H, W]; the sides divide into patches.</param>
    /// <param name="label">What the network is told about the noise, [N].</param>
    /// <param name="condition">Labels, [N]; the number of classes means "any".</param>
    /// <exception cref="ArgumentException">The input has other channels or sides, or there are no labels.</exception>
    public override Tensor forward(Tensor input, Tensor label, Condition? condition)
    {
        using var scope = NewDisposeScope();
        CheckImages(input, label, Config.InChannels);
        var labels = Labels(condition, input.size(0));
        var master = patches.Weight.dtype;
        var (rows, columns) = Sides(input);
        var told = shared is null ? null : Watched(shared, label, labels, master);
        var h = Traced("pos_embed.proj", Sequence.Of(patches.call(Prepared(input, master))));
        h += PatchPositions.Table(rows, columns, Config.Width, Config.SampleSize / Config.PatchSize, Config.PositionScale).to(h.dtype).to(h.device);
        var first = told;
        for (var i = 0; i < blocks.Length; i++)
        {
            var own = told ?? blocks[i].Embedding!.Of(label, labels, master).Sum;
            first ??= own;
            h = Traced($"transformer_blocks.{i}", blocks[i].Forward(h, own));
        }

        var parts = modulation.call(nn.functional.silu(first!)).to(h.dtype).unsqueeze(1).chunk(2, 2);
        h = Traced("proj_out_2", output.call(DiTBlock.Modulated(normOut.call(h), parts[0], parts[1])));
        return Image(h, rows, columns).to(master).contiguous().MoveToOuterDisposeScope();
    }

    private Tensor Watched(DiTEmbedding embedding, Tensor label, Tensor labels, ScalarType master)
    {
        var (sum, time, ofClass) = embedding.Of(label, labels, master);
        Traced("emb.timestep_embedder", time);
        Traced("emb.class_embedder", ofClass);
        return sum;
    }

    private (long Rows, long Columns) Sides(Tensor input)
    {
        var (height, width, patch) = (input.size(2), input.size(3), Config.PatchSize);
        return height % patch == 0 && width % patch == 0
            ? (height / patch, width / patch)
            : throw new ArgumentException($"input: expected sides that divide by patches of {patch}; got {height}×{width}.", nameof(input));
    }

    // Channels are innermost within a patch.
    private Tensor Image(Tensor tokens, long rows, long columns)
    {
        var (n, patch) = (tokens.size(0), Config.PatchSize);
        return tokens.reshape(n, rows, columns, patch, patch, OutChannels).permute(0, 5, 1, 3, 2, 4).reshape(n, OutChannels, rows * patch, columns * patch);
    }

    private Tensor Labels(Condition? condition, long batch)
    {
        var count = (shared ?? blocks[0].Embedding!).Labels;
        return ClassLabels.Checked(condition, batch, count);
    }
}
