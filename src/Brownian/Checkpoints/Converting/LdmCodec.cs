using System.Text.Json.Nodes;

namespace Brownian.Checkpoints;

/// <summary>The autoencoder of latent diffusion under CompVis' names: its shape is read from its weights, and gives diffusers' configuration and names.</summary>
/// <param name="Names">The names in diffusers' terms.</param>
/// <param name="Config">The content of config.json.</param>
internal sealed record LdmCodec(KeyMap Names, JsonObject Config)
{
    private static readonly (string Theirs, string Ours)[] Attention =
        [("norm", "group_norm"), ("q", "to_q"), ("k", "to_k"), ("v", "to_v"), ("proj_out", "to_out.0")];

    /// <summary>Reads the shape.</summary>
    /// <param name="codec">The weights, without <c>first_stage_model</c>.</param>
    /// <param name="imageSize">Side of the images that it was trained on; weights do not tell it.</param>
    /// <param name="scalingFactor">What latents are multiplied with.</param>
    /// <exception cref="CheckpointFormatException">They are not those of such a network.</exception>
    public static LdmCodec Of(TensorFile codec, int imageSize, double scalingFactor)
    {
        var levels = Enumerable.Range(0, 16).TakeWhile(i => codec.Contains($"encoder.down.{i}.block.0.conv1.weight")).ToArray();
        if (levels.Length == 0)
        {
            throw new CheckpointFormatException(codec.Path, "it has no encoder.down.0.block.0", "It is no autoencoder of latent diffusion.");
        }

        return new(NamesOf(codec, levels.Length), ConfigOf(codec, levels, imageSize, scalingFactor));
    }

    /// <summary>A tensor as diffusers has it: its attention has matrices where CompVis' has 1×1 convolutions.</summary>
    public static TensorSource Shaped(TensorSource source) => source.Name.Contains(".attentions.", StringComparison.Ordinal) ? WeightTranslation.AsMatrix(source) : source;

    private static KeyMap NamesOf(TensorFile codec, int levels)
    {
        var rules = new List<KeyRule>();
        foreach (var side in (string[])["encoder", "decoder"])
        {
            rules.Add(new($"^{side}.norm_out", $"{side}.conv_norm_out"));
            rules.Add(new($"^{side}.mid.block_1", $"{side}.mid_block.resnets.0"));
            rules.Add(new($"^{side}.mid.block_2", $"{side}.mid_block.resnets.1"));
            rules.AddRange(Attention.Select(part => new KeyRule($"^{side}.mid.attn_1.{part.Theirs}", $"{side}.mid_block.attentions.0.{part.Ours}")));
        }

        for (var i = 0; i < levels; i++)
        {
            Level($"encoder.down.{i}", $"encoder.down_blocks.{i}", "downsample", "downsamplers.0");
            Level($"decoder.up.{i}", $"decoder.up_blocks.{levels - 1 - i}", "upsample", "upsamplers.0");
        }

        return new("latent diffusion's autoencoder (CompVis)", rules)
        {
            Next = new("latent diffusion's residual blocks", [new("nin_shortcut", "conv_shortcut")]),
            Ignored = [.. codec.Keys.Where(key => key.StartsWith("loss.", StringComparison.Ordinal))],
        };

        void Level(string theirs, string ours, string resize, string resizers)
        {
            rules.Add(new($"^{theirs}.block", $"{ours}.resnets"));
            rules.Add(new($"^{theirs}.{resize}", $"{ours}.{resizers}"));
            rules.AddRange(Attention.Select(part => new KeyRule($"^{theirs}.attn.*.{part.Theirs}", $"{ours}.attentions.*.{part.Ours}")));
        }
    }

    private static JsonObject ConfigOf(TensorFile codec, int[] levels, int imageSize, double scalingFactor)
    {
        long Size(string key, int axis) => codec.Size(key, axis, "It is no autoencoder of latent diffusion.");
        bool Attends(string place) => codec.Contains($"{place}.attn.0.q.weight");
        var isVq = codec.Contains("quantize.embedding.weight");
        var config = new JsonObject
        {
            ["_class_name"] = isVq ? "VQModel" : "AutoencoderKL",
            ["_diffusers_version"] = "0.25.1",
            ["act_fn"] = "silu",
            ["block_out_channels"] = new JsonArray([.. levels.Select(i => (JsonNode)Size($"encoder.down.{i}.block.0.conv1.weight", 0))]),
            ["down_block_types"] = new JsonArray([.. levels.Select(i => (JsonNode)(Attends($"encoder.down.{i}") ? "AttnDownEncoderBlock2D" : "DownEncoderBlock2D"))]),
            ["in_channels"] = Size("encoder.conv_in.weight", 1),
            ["latent_channels"] = isVq ? Size("encoder.conv_out.weight", 0) : Size("decoder.conv_in.weight", 1),
            ["layers_per_block"] = Enumerable.Range(0, 64).TakeWhile(j => codec.Contains($"encoder.down.0.block.{j}.conv1.weight")).Count(),
            ["norm_num_groups"] = 32,
            ["out_channels"] = Size("decoder.conv_out.weight", 0),
            ["sample_size"] = imageSize,
            ["scaling_factor"] = scalingFactor,
            ["up_block_types"] = new JsonArray([.. levels.Reverse().Select(i => (JsonNode)(Attends($"decoder.up.{i}") ? "AttnUpDecoderBlock2D" : "UpDecoderBlock2D"))]),
        };
        if (isVq)
        {
            config["num_vq_embeddings"] = Size("quantize.embedding.weight", 0);
            config["vq_embed_dim"] = Size("quantize.embedding.weight", 1);
        }

        return config;
    }
}
