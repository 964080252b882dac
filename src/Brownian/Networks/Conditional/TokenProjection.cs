using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>How a condition becomes the tokens that attention sees, where they are not given so (diffusers' encoder_hid_dim_type).</summary>
internal sealed class TokenProjection
{
    private const int TokensBesideText = 10, TokensOfImage = 32;

    private readonly Dense? ofText;
    private readonly Dense? ofImage;
    private readonly LayerNormalization? norm;
    private readonly long width;

    private TokenProjection(string type, long from, long to, ComputeSettings compute)
    {
        width = to;
        switch (type)
        {
            case "text_proj":
                Module = ofText = new(from, to, compute, exact: true);
                break;
            case "text_image_proj":
                ofImage = new(to, TokensBesideText * to, compute, exact: true);
                ofText = new(from, to, compute, exact: true);
                Module = new Parts(("image_embeds", ofImage), ("text_proj", ofText));
                break;
            case "image_proj":
                ofImage = new(from, TokensOfImage * to, compute, exact: true);
                norm = new(to);
                Module = new Parts(("image_embeds", ofImage), ("norm", norm));
                break;
            default:
                throw new ArgumentException($"encoder_hid_dim_type: expected text_proj, text_image_proj, image_proj or null; got \"{type}\".");
        }
    }

    /// <summary>What holds the parameters.</summary>
    public nn.Module Module { get; }

    /// <summary>The projection that a configuration asks for; null for none.</summary>
    /// <exception cref="ArgumentException">The name is unknown, or the width is missing.</exception>
    public static TokenProjection? Create(UNet2DConditionConfig config, ComputeSettings compute) => config.TokenProjectionType is not { } type
        ? null
        : new(
            type,
            config.EncoderHidDim ?? throw new ArgumentException($"encoder_hid_dim: expected a number, since encoder_hid_dim_type is {type}; got null."),
            config.CrossAttentionDim[0],
            compute);

    /// <summary>Tokens, [N, L, D].</summary>
    /// <param name="condition">All that is known.</param>
    /// <param name="master">The type of the parameters.</param>
    /// <exception cref="ArgumentException">The condition has not what is needed.</exception>
    public Tensor Of(Condition? condition, ScalarType master)
    {
        using var scope = NewDisposeScope();
        var text = ofText?.call(
            ConditionPart.Needed(condition?.Tokens, nameof(Condition.Tokens), "tokens of a text, [N, L, D]").to(master));
        var image = ofImage is null ? null : Split(ofImage.call(
            ConditionPart.Needed(condition?.ImageEmbedding, nameof(Condition.ImageEmbedding), "the embedding of a picture, [N, D]").to(master)));
        var tokens = (text, image) switch
        {
            ({ } own, { } before) => cat([before, own], 1),
            ({ } own, null) => own,
            _ => norm!.call(image!),
        };
        return tokens.MoveToOuterDisposeScope();
    }

    private Tensor Split(Tensor vectors) => vectors.reshape(vectors.size(0), -1, width);
}
