using System.Text.Json;
using System.Text.Json.Nodes;
using Brownian.Checkpoints.Foreign;

namespace Brownian.Checkpoints;

/// <summary>
/// CLIP as OpenAI released it, or as OpenCLIP trained it, in Hugging Face's layout: one folder with both encoders, from which each can be loaded. The
/// shape is read from the weights.
/// </summary>
internal sealed class ClipFile(TensorFile file, JsonElement settings)
{
    private const int HeadChannels = 64;
    private const string Blocks = "transformer.resblocks";

    // Of both encoders; no name fits the rules of both.
    private static readonly KeyMap Names = new("OpenAI's CLIP", [.. ClipKeys.Text.Rules, .. ClipKeys.Vision.Rules])
    {
        Ignored = ["input_resolution", "context_length", "vocab_size", "attn_mask"],
    };

    /// <summary>Writes the folder, whole or not at all.</summary>
    /// <exception cref="CheckpointFormatException">A weight is missing, or the image encoder is a convolutional one.</exception>
    /// <exception cref="ArgumentException">The settings do not fit the weights.</exception>
    public static void Write(TensorFile file, string target, ConversionOptions options)
    {
        // OpenCLIP's open_clip_config.json has them in a section.
        var config = GivenSettings.Read(
            "CLIP", options.Config, settings => new ClipFile(file, settings.TryGetProperty("model_cfg", out var inner) ? inner : settings).Config());
        AtomicFolder.Write(
            target,
            folder =>
            {
                FolderParts.Json(folder, "config.json", config);
                FolderParts.Json(folder, "preprocessor_config.json", Pixels((long)config["vision_config"]!["image_size"]!));
                TokenizerFiles.Copy(options.Tokenizer, folder);
                SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), WeightTranslation.Of(file, Names, options.Type));
            },
            options.Replace);
    }

    private JsonObject Config()
    {
        if (file.Contains("visual.layer1.0.conv1.weight"))
        {
            throw new CheckpointFormatException(
                file.Path, "its image encoder is a residual network (RN50 and others); read are vision transformers (ViT)", "Take a ViT model.", "visual.layer1.0.conv1.weight");
        }

        var (text, vision) = (Half("", "ln_final.weight", "text_cfg"), Half("visual.", "visual.ln_post.weight", "vision_cfg"));
        text["bos_token_id"] = Size("token_embedding.weight", 0) - 2;
        text["eos_token_id"] = Size("token_embedding.weight", 0) - 1;
        text["max_position_embeddings"] = Size("positional_embedding", 0);
        text["model_type"] = "clip_text_model";
        text["vocab_size"] = Size("token_embedding.weight", 0);
        var (patch, patches) = (Size("visual.conv1.weight", 3), Size("visual.positional_embedding", 0) - 1);
        vision["image_size"] = patch * (long)Math.Round(Math.Sqrt(patches));
        vision["model_type"] = "clip_vision_model";
        vision["num_channels"] = Size("visual.conv1.weight", 1);
        vision["patch_size"] = patch;
        return new()
        {
            ["architectures"] = new JsonArray("CLIPModel"),
            ["logit_scale_init_value"] = 2.6592,
            ["model_type"] = "clip",
            ["projection_dim"] = Size("text_projection", 1),
            ["text_config"] = text,
            ["vision_config"] = vision,
        };
    }

    private JsonObject Half(string prefix, string norm, string section)
    {
        var width = Size(norm, 0);
        var layers = Enumerable.Range(0, 256).TakeWhile(i => file.Contains($"{prefix}{Blocks}.{i}.ln_1.weight")).Count();
        return new()
        {
            ["attention_dropout"] = 0.0,
            ["hidden_act"] = Activation(),
            ["hidden_size"] = width,
            ["intermediate_size"] = Size($"{prefix}{Blocks}.0.mlp.c_fc.weight", 0),
            ["layer_norm_eps"] = 1e-5,
            ["num_attention_heads"] = Heads(section, (int)width),
            ["num_hidden_layers"] = layers,
            ["projection_dim"] = Size("text_projection", 1),
        };
    }

    // OpenAI's heads have 64 channels; OpenCLIP's configuration says how many there are in the one, and how wide they are in the other encoder.
    private int Heads(string name, int width)
    {
        var section = settings.Section(name);
        var heads = section.Int("heads", width / Math.Max(1, section.Int("head_width", HeadChannels)));
        return heads > 0 && width % heads == 0
            ? heads
            : throw new ArgumentException($"config: expected heads in {name} that divide the {width} channels; got {heads}. Give the model's own configuration.");
    }

    // Weights do not tell; OpenCLIP's configurations name the sigmoid of OpenAI's networks where they have it.
    private string Activation() =>
        settings.Text("hidden_act", settings.Bool("quick_gelu", otherwise: !settings.TryGetProperty("text_cfg", out _)) ? "quick_gelu" : "gelu");

    private static JsonObject Pixels(long side) => new()
    {
        ["crop_size"] = side,
        ["do_center_crop"] = true,
        ["do_normalize"] = true,
        ["do_resize"] = true,
        ["feature_extractor_type"] = "CLIPFeatureExtractor",
        ["image_mean"] = new JsonArray(0.48145466, 0.4578275, 0.40821073),
        ["image_std"] = new JsonArray(0.26862954, 0.26130258, 0.27577711),
        ["resample"] = 3,
        ["size"] = side,
    };

    private long Size(string key, int axis) => file.Size(key, axis, "It is no CLIP of OpenAI's or OpenCLIP's.");
}
