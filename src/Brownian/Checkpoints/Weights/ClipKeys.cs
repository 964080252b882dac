namespace Brownian.Checkpoints;

/// <summary>The names in checkpoints of CLIP's encoders: Hugging Face's, which are ours, and those of OpenAI's release.</summary>
public static class ClipKeys
{
    private static readonly (string Theirs, string Ours)[] BlockParts =
    [
        ("attn.out_proj", "self_attn.out_proj"), ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"), ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2"),
    ];

    /// <summary>The text encoder's.</summary>
    public static KeyMap Text { get; } = new(
        "OpenAI's CLIP, texts",
        [
            new("^token_embedding", "text_model.embeddings.token_embedding"),
            new("^positional_embedding", "text_model.embeddings.position_embedding.weight"),
            new("^ln_final", "text_model.final_layer_norm"),
            new("^text_projection", "text_projection.weight") { IsTransposed = true },
            .. Blocks("^transformer", "text_model"),
        ])
    {
        Ignored = ["position_ids", "logit_scale", "input_resolution", "context_length", "vocab_size"],
        IgnoredStarts = ["visual", "vision_model", "visual_projection"],
    };

    /// <summary>The image encoder's.</summary>
    public static KeyMap Vision { get; } = new(
        "OpenAI's CLIP, images",
        [
            new("^visual.class_embedding", "vision_model.embeddings.class_embedding"),
            new("^visual.positional_embedding", "vision_model.embeddings.position_embedding.weight"),
            new("^visual.conv1", "vision_model.embeddings.patch_embedding"),
            new("^visual.ln_pre", "vision_model.pre_layrnorm"),
            new("^visual.ln_post", "vision_model.post_layernorm"),
            new("^visual.proj", "visual_projection.weight") { IsTransposed = true },
            .. Blocks("^visual.transformer", "vision_model"),
        ])
    {
        Ignored = ["position_ids", "logit_scale", "input_resolution", "context_length", "vocab_size"],
        IgnoredStarts = ["text_model", "text_projection", "transformer", "token_embedding", "positional_embedding", "ln_final"],
    };

    private static IEnumerable<KeyRule> Blocks(string theirs, string ours)
    {
        var (from, to) = ($"{theirs}.resblocks.*", $"{ours}.encoder.layers.*");
        foreach (var kind in (string[])["weight", "bias"])
        {
            // Queries, keys and values lie in one tensor, one after the other.
            foreach (var (i, name) in ((string[])["q_proj", "k_proj", "v_proj"]).Index())
            {
                yield return new($"{from}.attn.in_proj_{kind}", $"{to}.self_attn.{name}.{kind}") { Part = new(i, 3) };
            }
        }

        foreach (var part in BlockParts)
        {
            yield return new($"{from}.{part.Theirs}", $"{to}.{part.Ours}");
        }
    }
}
