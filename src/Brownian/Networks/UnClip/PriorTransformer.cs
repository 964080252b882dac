using Brownian.Networks.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Networks.UnClip;

/// <summary>
/// unCLIP's prior (Ramesh et al. 2022, sec. 2.2): a transformer over a text's tokens, its embedding, the time, a noisy image embedding and a
/// token whose output is the clean one. Name for name and number for number diffusers' <c>PriorTransformer</c>; Shap-E's, too.
/// </summary>
public sealed class PriorTransformer : BlockNetwork, IConfiguredNetwork, IInitialized
{
    private readonly SinusoidalFeatures timeFeatures;
    private readonly EmbeddingMlp timeEmbedding;
    private readonly Dense input;
    private readonly LayerNormalization? embeddingNorm;
    private readonly Dense embeddingProjection;
    private readonly Dense? tokenProjection;
    private readonly TransformerBlock[] blocks;
    private readonly LayerNormalization? normIn;
    private readonly LayerNormalization normOut;
    private readonly Dense output;

    /// <summary>A network with random weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Of the weights.</param>
    /// <exception cref="ArgumentException">The configuration names what does not exist.</exception>
    public PriorTransformer(PriorTransformerConfig config, ulong seed = 0)
        : base(nameof(PriorTransformer))
    {
        Config = config;
        var (width, embedding, clip) = (config.Width, config.EmbeddingDim, config.ClipEmbedDim ?? config.EmbeddingDim);
        var condition = config.EmbeddingProjDim ?? embedding;
        register_module("time_proj", timeFeatures = new(width, cosineFirst: true, frequencyShift: 0));
        timeEmbedding = new(width, config.TimeEmbedDim ?? width, Compute, Activations.Parse(config.TimeEmbedActFn), outChannels: width);
        register_module("time_embedding", timeEmbedding);
        register_module("proj_in", input = new(embedding, width, Compute));
        if (IsChosen(config.EmbeddingProjNormType, "layer", "embedding_proj_norm_type"))
        {
            register_module("embedding_proj_norm", embeddingNorm = new(condition));
        }

        register_module("embedding_proj", embeddingProjection = new(condition, width, Compute));
        if (IsChosen(config.EncoderHidProjType, "linear", "encoder_hid_proj_type"))
        {
            register_module("encoder_hidden_states_proj", tokenProjection = new(embedding, width, Compute, packs: true));
        }

        register_parameter("positional_embedding", new Parameter(zeros(1, config.NumEmbeddings + config.AdditionalEmbeddings, width)));
        if (IsChosen(config.AddedEmbType, "prd", "added_emb_type"))
        {
            register_parameter("prd_embedding", new Parameter(zeros(1, 1, width)));
        }

        blocks = [.. Enumerable.Range(0, config.NumLayers).Select(_ => Block(config))];
        register_module("transformer_blocks", nn.ModuleList(blocks));
        if (IsChosen(config.NormInType, "layer", "norm_in_type"))
        {
            register_module("norm_in", normIn = new(width));
        }

        register_module("norm_out", normOut = new(width));
        register_module("proj_to_clip_embeddings", output = new(width, clip, Compute));
        register_parameter("clip_mean", new Parameter(zeros(1, clip)));
        register_parameter("clip_std", new Parameter(ones(1, clip)));
        Start(seed);
    }

    /// <summary>The shape.</summary>
    public PriorTransformerConfig Config { get; }

    NetworkConfig IConfiguredNetwork.Config => Config;

    // Asked for by name: a change of type or device puts other tensors in their place.
    private Parameter Positions => get_parameter("positional_embedding")!;

    private Parameter? Answer => Config.AddedEmbType is null ? null : get_parameter("prd_embedding");

    private Parameter Mean => get_parameter("clip_mean")!;

    private Parameter Deviation => get_parameter("clip_std")!;

    /// <summary>[N, D] (or several embeddings a sample, [N, K, D]), [N] → the clean embeddings, the same shape, in float32 (float64 if the parameters are).</summary>
    /// <param name="embeddings">Noisy image embeddings, normalised: see <see cref="Denormalized"/>.</param>
    /// <param name="label">What the network is told about the noise, [N].</param>
    /// <param name="condition">
    /// Embedding, [N, D] (or [N, 1, D]), of the text; Tokens, [N, L, D], and TokenMask, [N, L]. Each token attends to those before it if there is a mask.
    /// </param>
    /// <exception cref="ArgumentException">The condition has not what the network needs, or a shape is wrong.</exception>
    public override Tensor forward(Tensor embeddings, Tensor label, Condition? condition)
    {
        using var scope = NewDisposeScope();
        CheckLabels(embeddings, label);
        var master = Positions.dtype;
        var (sequence, first) = Sequence(embeddings, label, condition, master);
        var bias = condition?.TokenMask is { } mask ? Bias(mask, sequence.size(1), master) : null;
        var h = normIn?.call(sequence) ?? sequence;
        for (var i = 0; i < blocks.Length; i++)
        {
            h = Traced($"transformer_blocks.{i}", blocks[i].Forward(h, bias));
        }

        h = Traced("norm_out", normOut.call(h));
        var last = Answer is null ? h.narrow(1, first, h.size(1) - first) : h.select(1, h.size(1) - 1);
        var clean = output.call(last).to(master);
        return clean.reshape([.. embeddings.shape[..^1], clean.size(-1)]).MoveToOuterDisposeScope();
    }

    /// <summary>Embeddings as CLIP makes them from those of the network, [N, D]: times the deviation, plus the mean, over its training data.</summary>
    public Tensor Denormalized(Tensor embeddings)
    {
        using var scope = NewDisposeScope();
        return (embeddings * Deviation + Mean).MoveToOuterDisposeScope();
    }

    void IInitialized.Initialize(RandomStream noise)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Positions.zero_();
        Answer?.zero_();
        Mean.zero_();
        Deviation.fill_(1);
    }

    // The tokens in their order, and the number of those before the noisy embedding.
    private (Tensor Tokens, long First) Sequence(Tensor embeddings, Tensor label, Condition? condition, ScalarType master)
    {
        var time = Traced("time_embedding", timeEmbedding.call(timeFeatures.call(label).to(master)));
        var vector = ConditionPart.Needed(condition?.Embedding, nameof(Condition.Embedding), "the embedding of a text, [N, D]").to(master);
        var told = embeddingProjection.call(embeddingNorm?.call(vector) ?? vector);
        var tokens = tokenProjection is null ? condition?.Tokens : tokenProjection.call(
            ConditionPart.Needed(condition?.Tokens, nameof(Condition.Tokens), $"tokens, [N, L, {Config.EmbeddingDim}]").to(master));
        var noisy = Traced("proj_in", input.call(embeddings.to(master)));
        var parts = new List<Tensor?> { tokens, Rows(told), time.unsqueeze(1), Rows(noisy), Answer?.expand(noisy.size(0), -1, -1) };
        var type = Compute.For(master);
        var sequence = cat([.. parts.OfType<Tensor>().Select(part => part.to(type))], 1);
        var first = (tokens?.size(1) ?? 0) + Rows(told).size(1) + 1;
        return (sequence + PositionsOf(sequence.size(1), first).to(type), first);
    }

    // A table for the noisy embeddings alone leaves the other tokens as they are.
    private Tensor PositionsOf(long count, long first)
    {
        var (positions, own) = (Positions, Positions.size(1));
        if (own == count)
        {
            return positions;
        }

        var after = Answer is null ? 0 : 1;
        return own + first + after == count
            ? nn.functional.pad(positions, [0, 0, first, after])
            : throw new ArgumentException(
                $"condition: expected {Config.NumEmbeddings} tokens in Condition.Tokens, as the network was made for; got {own - count} fewer.");
    }

    private Tensor Bias(Tensor mask, long count, ScalarType master)
    {
        var known = nn.functional.pad(MultiHead.Bias(mask, master), [0, count - mask.size(1)]);
        var later = full([count, count], -10000, dtype: master, device: mask.device).triu(1);
        return known + later;
    }

    private static Tensor Rows(Tensor x) => x.dim() == 2 ? x.unsqueeze(1) : x;

    private static bool IsChosen(string? value, string known, string field) => value is null || value == known
        ? value is not null
        : throw new ArgumentException($"{field}: expected {known} or null; got \"{value}\".");

    private TransformerBlock Block(PriorTransformerConfig config) => new(
        new()
        {
            Channels = config.Width,
            Heads = config.NumAttentionHeads,
            HeadChannels = config.AttentionHeadDim,
            Activation = "gelu",
            HasBias = true,
        },
        Compute);
}
