using Brownian.Checkpoints;
using Brownian.Networks.UnClip;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>One case of UnCLIPTextProjModel, with and without the half that guidance adds.</summary>
internal sealed class TextProjectionCase(GoldenFile file, Comparison comparison)
{
    private readonly CaseTolerances tolerances = CaseTolerances.Of(file);

    public CaseResult Compare()
    {
        using var io = CaseNetwork.Tensors(file);
        using var network = new UnClipTextProjection(UnClipTextProjectionConfig.FromJson(CaseNetwork.Config(file)));
        CaseNetwork.Load(network, file, "text_proj/diffusion_pytorch_model.safetensors");
        var image = io.Read("image_embeddings");
        var (text, tokens) = (io.Read("prompt_embeds"), io.Read("text_encoder_hidden_states"));
        var batch = image.size(0);
        Check(io, "nocfg", network.ConditionOf(image, text.narrow(0, batch, batch), tokens.narrow(0, batch, batch)));
        var both = cat([network.Unconditional.unsqueeze(0).expand_as(image), image], 0);
        Check(io, "cfg", network.ConditionOf(both, text, tokens));
        if (io.Contains("cfg.text_encoder_hidden_states_f64"))
        {
            network.to(ScalarType.Float64);
            var wide = network.ConditionOf(both.to(ScalarType.Float64), text.to(ScalarType.Float64), tokens.to(ScalarType.Float64));
            comparison.Elements(
                "cfg.text_encoder_hidden_states_f64", wide.Tokens![..1], io.Read("cfg.text_encoder_hidden_states_f64"),
                tolerances.Absolute * CaseNetwork.ShareOfNoiseInFloat64, 0);
        }

        return comparison.Result(file.Name, "UnCLIPTextProjModel");
    }

    private void Check(SafetensorsFile io, string run, Condition condition)
    {
        Elements(io, $"{run}.text_encoder_hidden_states", condition.Tokens!);
        Elements(io, $"{run}.additive_clip_time_embeddings", condition.Embedding!);
    }

    private void Elements(SafetensorsFile io, string key, Tensor ours) =>
        comparison.Elements(key, ours, io.Read(key), tolerances.Absolute, tolerances.Relative);
}
