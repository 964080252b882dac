using Brownian.Checkpoints;
using Brownian.Data.Text;
using Brownian.Networks.Clip;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.Encoders;

/// <summary>Cases of CLIP's text encoder: tokens of the texts, every state, and the projection.</summary>
public sealed class ClipTextCases() : ClassCases("CLIPTextModel", "CLIPTextModelWithProjection")
{
    private protected override void Compare(GoldenFile file, Comparison comparison)
    {
        using var io = Recorded(file);
        var config = ClipTextConfig.FromJson(file.Json.GetProperty("config").GetRawText());
        using var network = Loaded(file, new ClipText(config), ClipKeys.Text);
        var tolerances = CaseTolerances.Of(file);
        var tokens = io.Read("input_ids");
        Tokens(file, tokens, comparison);
        var output = network.Read(tokens);
        If(io, "last_hidden_state", () => output.LastState, tolerances, comparison);
        If(io, "pooler_output", () => output.Pooled, tolerances, comparison);
        If(io, "text_embeds", () => output.Embedding ?? throw new ArgumentException("text_embeds: the encoder has no projection"), tolerances, comparison);
        var last = output.States.Count;
        for (var i = 0; i < last; i++)
        {
            var state = output.States[i];
            If(io, $"act.hidden_states.{i}", () => state[..1], tolerances, comparison);
            If(io, $"hidden_states.{i}", () => state, tolerances, comparison);
            If(io, $"hidden_states.{i - last}", () => state, tolerances, comparison);
        }

        if (io.Contains("last_hidden_state_f64"))
        {
            network.to(ScalarType.Float64);
            comparison.Elements("last_hidden_state_f64", network.Read(tokens[..1]).LastState, io.Read("last_hidden_state_f64"), tolerances.Absolute * InFloat64, 0);
        }
    }

    private static void Tokens(GoldenFile file, Tensor tokens, Comparison comparison)
    {
        var folder = Path.Combine(file.Folder, "tokenizer");
        if (!Directory.Exists(folder) || !file.Json.TryGetProperty("texts", out var texts))
        {
            return;
        }

        var tokenizer = ClipTokenizer.Load(folder);
        var lines = texts.EnumerateArray().SelectMany(text => tokenizer.Padded(text.GetString()!, (int)tokens.size(1))).ToArray();
        comparison.Elements("input_ids", tensor(lines).reshape(tokens.shape), tokens, 0.5, 0);
    }
}
