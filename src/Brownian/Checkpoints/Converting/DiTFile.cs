using System.Text.Json;
using System.Text.Json.Nodes;
using Brownian.Checkpoints.Foreign;
using Brownian.Networks.DiT;

namespace Brownian.Checkpoints;

/// <summary>
/// Files of facebookresearch/DiT in diffusers' layout. The shape is read from the weights; each block gets the copy of the embeddings that diffusers has in it.
/// </summary>
internal sealed class DiTFile(TensorFile file, JsonElement settings)
{
    // Heads of DiT-S, B, L and XL by their width.
    private static readonly Dictionary<long, int> Heads = new() { [384] = 6, [768] = 12, [1024] = 16, [1152] = 16 };

    /// <summary>Writes the transformer's folder, or with an autoencoder a whole pipeline's, whole or not at all.</summary>
    /// <exception cref="CheckpointFormatException">A weight is missing, or the autoencoder's folder cannot be read.</exception>
    /// <exception cref="ArgumentException">The number of heads is not known and not given, or the settings are none.</exception>
    public static void Write(TensorFile file, string target, ConversionOptions options)
    {
        var config = GivenSettings.Read("DiT", options.Config, settings => new DiTFile(file, settings).Config());
        var shape = JsonNode.Parse(config.ToJson())!.AsObject();
        var tensors = WeightTranslation.Of(file, Names(config.NumLayers), options.Type);
        if (options.Autoencoder is not { } codec)
        {
            FolderParts.WriteOne(target, shape, tensors, options.Replace);
            return;
        }

        AtomicFolder.Write(
            target,
            folder =>
            {
                FolderParts.Part(folder, "transformer", shape, DiffusersFolder.WeightsFile, tensors);
                using var weights = TensorFile.Open(codec);
                var codecConfig = JsonFile.ReadObject(Path.Combine(codec, "config.json"));
                FolderParts.Part(folder, "vae", codecConfig, DiffusersFolder.WeightsFile, WeightTranslation.Of(weights, KeyMap.Identity, options.Type));
                FolderParts.Json(folder, "scheduler/scheduler_config.json", Scheduler());
                FolderParts.Json(folder, DiffusersFolder.Index, Index(codecConfig.Text("_class_name") ?? "AutoencoderKL"));
            },
            options.Replace);
    }

    private DiTConfig Config()
    {
        var (width, patch, channels) = (Size("x_embedder.proj.weight", 0), Size("x_embedder.proj.weight", 3), Size("x_embedder.proj.weight", 1));
        var side = (long)Math.Round(Math.Sqrt(Size("pos_embed", 1)));
        var dropsClasses = settings.Double("class_dropout_prob", 0.1) > 0;
        var shape = new OriginalDiTConfig
        {
            InputSize = (int)(side * patch),
            PatchSize = (int)patch,
            InChannels = (int)channels,
            HiddenSize = (int)width,
            Depth = Enumerable.Range(0, 1024).TakeWhile(i => file.Contains($"blocks.{i}.attn.qkv.weight")).Count(),
            NumHeads = HeadsOf(width),
            MlpRatio = (double)Size("blocks.0.mlp.fc1.weight", 0) / width,
            NumClasses = (int)Size("y_embedder.embedding_table.weight", 0) - (dropsClasses ? 1 : 0),
            ClassDropoutProb = dropsClasses ? 0.1 : 0,
            LearnSigma = Size("final_layer.linear.weight", 0) == 2 * patch * patch * channels,
        }.ToDiT();
        return shape with { SharedEmbedding = false, MlpRatio = shape.MlpRatio == 4 ? null : shape.MlpRatio, HasNullLabel = dropsClasses ? null : false };
    }

    private int HeadsOf(long width) => settings.TryGetProperty("num_heads", out var heads) ? heads.GetInt32()
        : Heads.TryGetValue(width, out var known) ? known
        : throw new ArgumentException($"config: the number of heads of a DiT of {width} channels is not known, and weights do not tell it. Give it with --config, as {{\"num_heads\": 6}}.");

    private static KeyMap Names(int layers)
    {
        (string Theirs, string Ours)[] shared =
        [
            ("t_embedder.mlp.0", "timestep_embedder.linear_1"), ("t_embedder.mlp.2", "timestep_embedder.linear_2"), ("y_embedder.embedding_table", "class_embedder.embedding_table"),
        ];
        var copies = shared.SelectMany(part => Enumerable.Range(0, layers).Select(i =>
            new KeyRule($"^{part.Theirs}", $"transformer_blocks.{i}.norm1.emb.{part.Ours}") { Part = new(0, 1) }));
        return DiTKeys.Original with { Name = "facebookresearch/DiT, for diffusers", Rules = [.. copies, .. DiTKeys.Original.Rules] };
    }

    // The process that all released models were trained on.
    private static JsonObject Scheduler() => new()
    {
        ["_class_name"] = "DDIMScheduler",
        ["_diffusers_version"] = "0.29.2",
        ["beta_end"] = 0.02,
        ["beta_schedule"] = "linear",
        ["beta_start"] = 0.0001,
        ["clip_sample"] = false,
        ["num_train_timesteps"] = 1000,
        ["prediction_type"] = "epsilon",
        ["set_alpha_to_one"] = true,
        ["steps_offset"] = 0,
        ["trained_betas"] = null,
    };

    private static JsonObject Index(string codec) => new()
    {
        ["_class_name"] = "DiTPipeline",
        ["_diffusers_version"] = "0.29.2",
        ["scheduler"] = new JsonArray("diffusers", "DDIMScheduler"),
        ["transformer"] = new JsonArray("diffusers", "DiTTransformer2DModel"),
        ["vae"] = new JsonArray("diffusers", codec),
    };

    private long Size(string key, int axis) => file.Size(key, axis, "It is no DiT of facebookresearch's.");
}
