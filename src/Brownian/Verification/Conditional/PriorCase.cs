using Brownian.Checkpoints;
using Brownian.Networks.UnClip;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>One case of unCLIP's prior: the predicted embedding, the denormalised one, float64 output, inner activations.</summary>
internal sealed class PriorCase(GoldenFile file, Comparison comparison)
{
    private readonly CaseTolerances tolerances = CaseTolerances.Of(file);

    public CaseResult Compare()
    {
        using var io = CaseNetwork.Tensors(file);
        using var network = PriorTransformerConfig.FromJson(CaseNetwork.Config(file)).Create();
        CaseNetwork.Load(network, file, "prior/diffusion_pytorch_model.safetensors");
        CaseNetwork.Watch(network, io, tolerances, comparison);
        var clean = network.call(io.Read("hidden_states"), io.Read("timestep"), Condition(io));
        comparison.Elements("predicted_image_embedding", clean, io.Read("predicted_image_embedding"), tolerances.Absolute, tolerances.Relative);
        network.Trace = null;
        if (io.Contains("post_process_latents"))
        {
            comparison.Elements("post_process_latents", network.Denormalized(clean), io.Read("post_process_latents"), tolerances.Absolute, tolerances.Relative);
        }

        if (io.Contains("out_f64"))
        {
            network.to(ScalarType.Float64);
            var first = network.call(io.Read("hidden_states", ScalarType.Float64)[..1], io.Read("timestep")[..1], Condition(io).Slice(0, 1));
            comparison.Elements("out_f64", first, io.Read("out_f64"), tolerances.Absolute * CaseNetwork.ShareOfNoiseInFloat64, 0);
        }

        return comparison.Result(file.Name, "PriorTransformer");
    }

    private static Condition Condition(SafetensorsFile io) => new()
    {
        Embedding = io.Read("proj_embedding"),
        Tokens = io.Contains("encoder_hidden_states") ? io.Read("encoder_hidden_states") : null,
        TokenMask = io.Contains("attention_mask") ? io.Read("attention_mask") : null,
    };
}
