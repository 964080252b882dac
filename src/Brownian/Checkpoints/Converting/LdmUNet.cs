using System.Text.Json.Nodes;

namespace Brownian.Checkpoints;

/// <summary>
/// The UNet of Stable Diffusion under CompVis' names: its shape is read from the names and sizes of its weights, and gives diffusers'
/// configuration and names.
/// </summary>
/// <param name="Names">The names in diffusers' terms.</param>
/// <param name="Config">The content of config.json.</param>
internal sealed record LdmUNet(KeyMap Names, JsonObject Config)
{
    private const int HeadChannels = 64, Heads = 8;

    private static readonly (string Theirs, string Ours)[] ResBlock =
    [
        ("in_layers.0", "norm1"), ("in_layers.2", "conv1"), ("emb_layers.1", "time_emb_proj"),
        ("out_layers.0", "norm2"), ("out_layers.3", "conv2"), ("skip_connection", "conv_shortcut"),
    ];

    /// <summary>Reads the shape.</summary>
    /// <param name="unet">The weights, without <c>model.diffusion_model</c>.</param>
    /// <param name="latentSize">Side of the latents that it was trained on; weights do not tell it.</param>
    /// <exception cref="CheckpointFormatException">They are not those of such a network.</exception>
    public static LdmUNet Of(TensorFile unet, int latentSize) => new Reader(unet).Read(latentSize);

    /// <summary>Follows the numbered blocks.</summary>
    private sealed class Reader(TensorFile unet)
    {
        private readonly List<KeyRule> rules =
        [
            new("^time_embed.0", "time_embedding.linear_1"), new("^time_embed.2", "time_embedding.linear_2"), new("^input_blocks.0.0", "conv_in"),
            new("^label_emb.0.0", "class_embedding.linear_1"), new("^label_emb.0.2", "class_embedding.linear_2"), new("^label_emb", "class_embedding"),
            new("^out.0", "conv_norm_out"), new("^out.2", "conv_out"),
        ];

        private readonly List<Level> levels = [new()];

        public LdmUNet Read(int latentSize)
        {
            Down();
            Block("middle_block.0", "mid_block.resnets.0");
            rules.Add(new("^middle_block.1", "mid_block.attentions.0"));
            Block("middle_block.2", "mid_block.resnets.1");
            Up();
            return new(new("Stable Diffusion's UNet (CompVis)", rules), Config(latentSize));
        }

        private void Down()
        {
            for (var i = 1; Has($"input_blocks.{i}"); i++)
            {
                var level = levels[^1];
                var ours = $"down_blocks.{levels.Count - 1}";
                if (unet.Contains($"input_blocks.{i}.0.op.weight"))
                {
                    rules.Add(new($"^input_blocks.{i}.0.op", $"{ours}.downsamplers.0.conv"));
                    levels.Add(new());
                    continue;
                }

                Block($"input_blocks.{i}.0", $"{ours}.resnets.{level.Layers}");
                if (Has($"input_blocks.{i}.1"))
                {
                    rules.Add(new($"^input_blocks.{i}.1", $"{ours}.attentions.{level.Layers}"));
                    level.Attention ??= $"input_blocks.{i}.1";
                }

                level.Channels = Size($"input_blocks.{i}.0.in_layers.2.weight", 0);
                level.Layers++;
            }
        }

        private void Up()
        {
            var layers = levels[0].Layers + 1;
            for (var i = 0; Has($"output_blocks.{i}"); i++)
            {
                var ours = $"up_blocks.{i / layers}";
                Block($"output_blocks.{i}.0", $"{ours}.resnets.{i % layers}");
                foreach (var part in (int[])[1, 2])
                {
                    if (unet.Contains($"output_blocks.{i}.{part}.conv.weight"))
                    {
                        rules.Add(new($"^output_blocks.{i}.{part}", $"{ours}.upsamplers.0"));
                    }
                    else if (part == 1)
                    {
                        rules.Add(new($"^output_blocks.{i}.1", $"{ours}.attentions.{i % layers}"));
                    }
                }
            }
        }

        private void Block(string theirs, string ours) =>
            rules.AddRange(ResBlock.Select(part => new KeyRule($"^{theirs}.{part.Theirs}", $"{ours}.{part.Ours}")));

        private bool Has(string prefix) => unet.Keys.Any(key => key.StartsWith(prefix + ".", StringComparison.Ordinal));

        private long Size(string key, int axis) => unet.Size(key, axis, "It is no UNet of Stable Diffusion.");

        private JsonObject Config(int latentSize)
        {
            var attention = levels.Select(level => level.Attention).OfType<string>().FirstOrDefault() ?? throw new CheckpointFormatException(
                unet.Path, "no block of it attends to a text", "Unconditional latent diffusion is not converted; Stable Diffusion is.");
            var linear = unet.Info($"{attention}.proj_in.weight").Shape.Count == 2;

            // Stable Diffusion 2's heads have 64 channels each; 1's networks and the upscaler have 8 heads.
            var isSized = linear && !unet.Contains("label_emb.weight");
            var config = new JsonObject
            {
                ["_class_name"] = "UNet2DConditionModel",
                ["_diffusers_version"] = "0.25.1",
                ["act_fn"] = "silu",
                ["attention_head_dim"] = isSized ? new JsonArray([.. levels.Select(level => (JsonNode)(level.Channels / HeadChannels))]) : Heads,
                ["block_out_channels"] = new JsonArray([.. levels.Select(level => (JsonNode)level.Channels)]),
                ["center_input_sample"] = false,
                ["cross_attention_dim"] = Size($"{attention}.transformer_blocks.0.attn2.to_k.weight", 1),
                ["down_block_types"] = new JsonArray([.. levels.Select(level => (JsonNode)(level.Attention is null ? "DownBlock2D" : "CrossAttnDownBlock2D"))]),
                ["downsample_padding"] = 1,
                ["flip_sin_to_cos"] = true,
                ["freq_shift"] = 0,
                ["in_channels"] = Size("input_blocks.0.0.weight", 1),
                ["layers_per_block"] = levels[0].Layers,
                ["mid_block_scale_factor"] = 1,
                ["norm_eps"] = 1e-5,
                ["norm_num_groups"] = 32,
                ["out_channels"] = Size("out.2.weight", 0),
                ["sample_size"] = latentSize,
                ["up_block_types"] = new JsonArray([.. levels.AsEnumerable().Reverse().Select(level => (JsonNode)(level.Attention is null ? "UpBlock2D" : "CrossAttnUpBlock2D"))]),
                ["use_linear_projection"] = linear,
            };
            AddClasses(config);
            AddCrossing(config);
            return config;
        }

        private void AddClasses(JsonObject config)
        {
            if (unet.Contains("label_emb.weight"))
            {
                config["num_class_embeds"] = Size("label_emb.weight", 0);
            }
            else if (unet.Contains("label_emb.0.0.weight"))
            {
                config["class_embed_type"] = "projection";
                config["projection_class_embeddings_input_dim"] = Size("label_emb.0.0.weight", 1);
            }
        }

        // Where the first attention of a block sees the text too (the upscaler), its keys have the text's width.
        private void AddCrossing(JsonObject config)
        {
            bool Crosses(Level level) => level.Attention is { } attention
                && Size($"{attention}.transformer_blocks.0.attn1.to_k.weight", 1) != Size($"{attention}.transformer_blocks.0.attn1.to_q.weight", 1);
            if (levels.Any(Crosses))
            {
                config["only_cross_attention"] = new JsonArray([.. levels.Select(level => (JsonNode)(level.Attention is null || Crosses(level)))]);
            }
        }

        private sealed class Level
        {
            public int Layers { get; set; }

            public long Channels { get; set; }

            public string? Attention { get; set; }
        }
    }
}
