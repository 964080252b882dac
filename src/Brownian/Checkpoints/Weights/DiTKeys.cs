namespace Brownian.Checkpoints;

/// <summary>The names in checkpoints of facebookresearch/DiT.</summary>
public static class DiTKeys
{
    /// <summary>The names of <c>DiT.state_dict()</c>, as in the released files. The table of positions is not a weight: it follows from the shape.</summary>
    public static KeyMap Original { get; } = new(
        "facebookresearch/DiT",
        [
            new("^x_embedder.proj", "pos_embed.proj"),
            new("^t_embedder.mlp.0", "emb.timestep_embedder.linear_1"),
            new("^t_embedder.mlp.2", "emb.timestep_embedder.linear_2"),
            new("^y_embedder.embedding_table", "emb.class_embedder.embedding_table"),
            new("^blocks.*.adaLN_modulation.1", "transformer_blocks.*.norm1.linear"),
            .. ((string[])["to_q", "to_k", "to_v"]).Select((name, i) =>
                new KeyRule("^blocks.*.attn.qkv", $"transformer_blocks.*.attn1.{name}") { Part = new(i, 3, 1) }),
            new("^blocks.*.attn.proj", "transformer_blocks.*.attn1.to_out.0"),
            new("^blocks.*.mlp.fc1", "transformer_blocks.*.ff.net.0.proj"),
            new("^blocks.*.mlp.fc2", "transformer_blocks.*.ff.net.2"),
            new("^final_layer.adaLN_modulation.1", "proj_out_1"),
            new("^final_layer.linear", "proj_out_2"),
        ])
    {
        Ignored = ["pos_embed"],
    };
}
