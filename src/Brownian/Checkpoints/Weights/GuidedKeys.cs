using Brownian.Networks.Guided;

namespace Brownian.Checkpoints;

/// <summary>
/// The names in checkpoints of improved-diffusion and guided-diffusion. Their blocks are numbered in one row through all levels, so which
/// number is what follows from the configuration.
/// </summary>
public static class GuidedKeys
{
    private static readonly (string Theirs, string Ours)[] ResBlockParts =
    [
        ("in_layers.0", "norm1"), ("in_layers.2", "conv1"), ("emb_layers.1", "time_emb_proj"),
        ("out_layers.0", "norm2"), ("out_layers.3", "conv2"), ("skip_connection", "conv_shortcut"),
    ];

    /// <summary>The names of a <c>UNetModel</c> or <c>SuperResModel</c>.</summary>
    public static KeyMap Of(GuidedUNetConfig config)
    {
        var map = Trunk(config);
        Up(config, map);
        map.Rename("label_emb", "class_embedding");
        map.Rename("out.0", "conv_norm_out");
        map.Rename("out.2", "conv_out");
        return map.ToKeyMap("guided-diffusion UNetModel");
    }

    /// <summary>The names of an <c>EncoderUNetModel</c>.</summary>
    public static KeyMap Of(EncoderUNetConfig config)
    {
        var map = Trunk(config);
        (string Theirs, string Ours)[] head = config.Pool switch
        {
            "adaptive" => [("out.0", "norm"), ("out.3", "projection")],
            "attention" => [("out.0", "norm"), ("out.2.positional_embedding", "positions"), ("out.2.c_proj", "to_out")],
            "spatial" => [("out.0", "hidden"), ("out.2", "projection")],
            _ => [("out.0", "hidden"), ("out.1", "norm"), ("out.3", "projection")],
        };
        foreach (var (theirs, ours) in head)
        {
            map.Rename(theirs, "pool." + ours);
        }

        if (config.Pool == "attention")
        {
            map.Split("out.2.qkv_proj", "pool", 1);
        }

        return map.ToKeyMap("guided-diffusion EncoderUNetModel");
    }

    private static Names Trunk(GuidedConfig config)
    {
        var (map, number, channels) = (new Names(config), 1, config.LevelChannels);
        map.Rename("time_embed.0", "time_embedding.linear_1");
        map.Rename("time_embed.2", "time_embedding.linear_2");
        map.Rename("input_blocks.0.0", "conv_in");
        for (var level = 0; level < channels.Length; level++)
        {
            for (var i = 0; i < config.NumResBlocks; i++, number++)
            {
                map.Block($"input_blocks.{number}", $"down_blocks.{level}", i, config.Attends(level) ? config.HeadsOf(channels[level]) : null);
            }

            if (level < channels.Length - 1)
            {
                map.Resampling($"input_blocks.{number++}.0", "op", $"down_blocks.{level}.downsamplers.0");
            }
        }

        map.Block("middle_block", "mid_block", 0, config.HeadsOf(channels[^1]));
        map.ResBlock("middle_block.2", "mid_block.resnets.1");
        return map;
    }

    private static void Up(GuidedUNetConfig config, Names map)
    {
        var (number, channels) = (0, config.LevelChannels);
        for (var level = channels.Length - 1; level >= 0; level--)
        {
            var ours = $"up_blocks.{channels.Length - 1 - level}";
            for (var i = 0; i <= config.NumResBlocks; i++, number++)
            {
                map.Block($"output_blocks.{number}", ours, i, config.Attends(level) ? config.HeadsOf(channels[level], up: true) : null);
                if (level > 0 && i == config.NumResBlocks)
                {
                    map.Resampling($"output_blocks.{number}.{(config.Attends(level) ? 2 : 1)}", "conv", $"{ours}.upsamplers.0");
                }
            }
        }
    }

    /// <summary>Gathers rules.</summary>
    private sealed class Names(GuidedConfig config)
    {
        private readonly List<KeyRule> rules = [];

        public KeyMap ToKeyMap(string name) => new(name, rules);

        public void Rename(string theirs, string ours) => rules.Add(new("^" + theirs, ours));

        public void Split(string theirs, string ours, int groups) =>
            rules.AddRange(((string[])["to_q", "to_k", "to_v"]).Select((name, i) => new KeyRule("^" + theirs, $"{ours}.{name}") { Part = new(i, 3, groups) }));

        public void ResBlock(string theirs, string ours)
        {
            foreach (var part in ResBlockParts)
            {
                Rename($"{theirs}.{part.Theirs}", $"{ours}.{part.Ours}");
            }
        }

        /// <summary>A residual block and the attention after it, if there are heads.</summary>
        public void Block(string theirs, string ours, int index, int? heads)
        {
            ResBlock($"{theirs}.0", $"{ours}.resnets.{index}");
            if (heads is { } count)
            {
                Rename($"{theirs}.1.norm", $"{ours}.attentions.{index}.group_norm");
                Rename($"{theirs}.1.proj_out", $"{ours}.attentions.{index}.to_out.0");
                Split($"{theirs}.1.qkv", $"{ours}.attentions.{index}", config.UseNewAttentionOrder ? 1 : count);
            }
        }

        public void Resampling(string theirs, string convolution, string ours)
        {
            if (config.ResblockUpdown)
            {
                ResBlock(theirs, ours);
            }
            else
            {
                Rename($"{theirs}.{convolution}", $"{ours}.conv");
            }
        }
    }
}
