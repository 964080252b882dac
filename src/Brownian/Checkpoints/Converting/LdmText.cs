using System.Text.Json.Nodes;

namespace Brownian.Checkpoints;

/// <summary>The text encoder in a Stable Diffusion file: Hugging Face's names in 1.x, OpenCLIP's in 2.x.</summary>
/// <param name="Names">The names in Hugging Face's terms.</param>
/// <param name="Config">The content of config.json.</param>
/// <param name="Tensors">The weights that are meant.</param>
internal sealed record LdmText(KeyMap Names, JsonObject Config, TensorFile Tensors)
{
    private const string First = "cond_stage_model.transformer", Second = "cond_stage_model.model";
    private const int HeadChannels = 64;

    /// <summary>Finds the encoder in a whole file.</summary>
    /// <exception cref="CheckpointFormatException">There is none.</exception>
    public static LdmText Of(TensorFile file)
    {
        if (file.Keys.Any(key => key.StartsWith(First + ".text_model.", StringComparison.Ordinal)))
        {
            var one = file.Under(First);
            return new(new("Stable Diffusion 1.x, texts", []) { Ignored = ["position_ids"] }, ConfigOf(one, "text_model.encoder.layers", "quick_gelu", "text_model.embeddings", "mlp.fc1", 0), one);
        }

        var two = file.Under(Second);
        var layers = Layers(two, "transformer.resblocks");

        // The text is what the last layer but one says; the last one is left out, as diffusers leaves it out.
        var last = $"transformer.resblocks.{layers - 1}";
        string[] unused = [.. two.Keys.Where(key => key.StartsWith(last + ".", StringComparison.Ordinal)), "text_projection", "logit_scale", "attn_mask"];
        return new(
            ClipKeys.Text with { Ignored = [.. ClipKeys.Text.Ignored, .. unused] }, ConfigOf(two, "transformer.resblocks", "gelu", "", "mlp.c_fc", 1), two);
    }

    private static int Layers(TensorFile file, string place) =>
        Enumerable.Range(0, 256).TakeWhile(i => file.Keys.Any(key => key.StartsWith($"{place}.{i}.", StringComparison.Ordinal))).Count();

    private static JsonObject ConfigOf(TensorFile file, string place, string activation, string embeddings, string hidden, int leftOut)
    {
        var (tokens, positions) = embeddings.Length > 0
            ? ($"{embeddings}.token_embedding.weight", $"{embeddings}.position_embedding.weight")
            : ("token_embedding.weight", "positional_embedding");
        long Size(string key, int axis) => file.Size(key, axis, "It is no text encoder of Stable Diffusion.", axes: 2);
        var (vocabulary, width) = (Size(tokens, 0), Size(tokens, 1));
        return new()
        {
            ["architectures"] = new JsonArray("CLIPTextModel"),
            ["attention_dropout"] = 0.0,
            ["bos_token_id"] = vocabulary - 2,
            ["eos_token_id"] = vocabulary - 1,
            ["hidden_act"] = activation,
            ["hidden_size"] = width,
            ["intermediate_size"] = Size($"{place}.0.{hidden}.weight", 0),
            ["layer_norm_eps"] = 1e-5,
            ["max_position_embeddings"] = Size(positions, 0),
            ["model_type"] = "clip_text_model",
            ["num_attention_heads"] = Math.Max(1, width / HeadChannels),
            ["num_hidden_layers"] = Layers(file, place) - leftOut,
            ["pad_token_id"] = leftOut > 0 ? 0 : vocabulary - 1,
            ["projection_dim"] = width,
            ["vocab_size"] = vocabulary,
        };
    }
}
