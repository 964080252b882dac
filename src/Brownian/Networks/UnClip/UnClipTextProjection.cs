using Brownian.Networks.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Networks.UnClip;

/// <summary>
/// From CLIP's embeddings of an image and a text to what unCLIP's decoder is told (Ramesh et al. 2022, sec. 2.1): a vector beside the time, and
/// tokens. Name for name and number for number diffusers' <c>UnCLIPTextProjModel</c>.
/// </summary>
public sealed class UnClipTextProjection : nn.Module
{
    private const string UnconditionalName = "learned_classifier_free_guidance_embeddings";

    private readonly Dense textVector;
    private readonly Dense imageVector;
    private readonly Dense imageTokens;
    private readonly Dense textTokens;
    private readonly LayerNormalization norm;

    /// <summary>Layers of this shape; their weights are zero until they are loaded.</summary>
    /// <exception cref="ArgumentException">A width is missing.</exception>
    public UnClipTextProjection(UnClipTextProjectionConfig config)
        : base(nameof(UnClipTextProjection))
    {
        if (config.TimeEmbedDim < 1 || config.CrossAttentionDim < 1 || config.ClipExtraContextTokens < 1)
        {
            throw new ArgumentException(
                $"UnCLIPTextProjModel: expected positive time_embed_dim, cross_attention_dim and clip_extra_context_tokens; got {config.TimeEmbedDim}, "
                + $"{config.CrossAttentionDim} and {config.ClipExtraContextTokens}.", nameof(config));
        }

        Config = config;
        var compute = new ComputeSettings();
        var (clip, width) = (config.ClipEmbeddingsDim, config.CrossAttentionDim);
        register_parameter(UnconditionalName, new Parameter(zeros(clip)));
        register_module("embedding_proj", textVector = new(clip, config.TimeEmbedDim, compute));
        register_module("clip_image_embeddings_project_to_time_embeddings", imageVector = new(clip, config.TimeEmbedDim, compute));
        register_module("clip_extra_context_tokens_proj", imageTokens = new(clip, config.ClipExtraContextTokens * width, compute));
        register_module("encoder_hidden_states_proj", textTokens = new(clip, width, compute));
        register_module("text_encoder_hidden_states_norm", norm = new(width));
    }

    /// <summary>The shape.</summary>
    public UnClipTextProjectionConfig Config { get; }

    /// <summary>The image embedding that stands for "any image", [D].</summary>
    public Tensor Unconditional => get_parameter(UnconditionalName)!;

    /// <summary>What the decoder is told: Embedding, [N, E]; Tokens, [N, K + L, D], those of the image first; TokenMask if there is one.</summary>
    /// <param name="image">Image embeddings, [N, C].</param>
    /// <param name="text">Text embeddings, [N, C].</param>
    /// <param name="tokens">The text's tokens before the last projection, [N, L, C].</param>
    /// <param name="mask">Which tokens are none of the padding, [N, L]; null for all.</param>
    public Condition ConditionOf(Tensor image, Tensor text, Tensor tokens, Tensor? mask = null)
    {
        using var scope = NewDisposeScope();
        var vector = imageVector.call(image) + textVector.call(text);

        // The numbers of one channel of all tokens lie beside each other.
        var own = imageTokens.call(image).reshape(image.size(0), -1, Config.ClipExtraContextTokens).permute(0, 2, 1);
        var all = cat([own, norm.call(textTokens.call(tokens))], 1);
        return new()
        {
            Embedding = vector.MoveToOuterDisposeScope(),
            Tokens = all.MoveToOuterDisposeScope(),
            TokenMask = mask is null ? null : nn.functional.pad(mask.to(all.dtype), [Config.ClipExtraContextTokens, 0], value: 1).MoveToOuterDisposeScope(),
        };
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
