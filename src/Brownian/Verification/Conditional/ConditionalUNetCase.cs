using Brownian.Checkpoints;
using Brownian.Networks.Conditional;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>One case of UNet2DConditionModel: output with and without being watched, float64 output, inner activations.</summary>
internal sealed class ConditionalUNetCase(GoldenFile file, Comparison comparison)
{
    private readonly CaseTolerances tolerances = CaseTolerances.Of(file);

    public CaseResult Compare()
    {
        using var io = CaseNetwork.Tensors(file);
        using var network = UNet2DConditionConfig.FromJson(CaseNetwork.Config(file)).Create();
        CaseNetwork.Load(network, file, "unet/diffusion_pytorch_model.safetensors", KeyMap.OldDiffusers);
        CaseNetwork.Watch(network, io, tolerances, comparison);
        comparison.Elements("out", Forward(io, network), io.Read("out"), tolerances.Absolute, tolerances.Relative);
        network.Trace = null;
        comparison.Elements("out unwatched", Forward(io, network), io.Read("out"), tolerances.Absolute, tolerances.Relative);
        if (io.Contains("out_f64"))
        {
            network.to(ScalarType.Float64);
            var first = network.call(io.Read("sample", ScalarType.Float64)[..1], Timestep(io, 1), Condition(io).Slice(0, 1));
            comparison.Elements("out_f64", first, io.Read("out_f64"), tolerances.Absolute * CaseNetwork.ShareOfNoiseInFloat64, 0);
        }

        return comparison.Result(file.Name, "UNet2DConditionModel");
    }

    private static Tensor Forward(SafetensorsFile io, UNet2DCondition network) =>
        network.call(io.Read("sample"), Timestep(io, io.Info("sample").Shape[0]), Condition(io));

    // The reference takes one timestep for the whole batch, too.
    private static Tensor Timestep(SafetensorsFile io, long batch)
    {
        var timestep = io.Read("timestep").reshape(-1);
        return timestep.size(0) == 1 ? timestep.expand(batch) : timestep[..(int)batch];
    }

    private static Condition Condition(SafetensorsFile io)
    {
        var classes = Part(io, "class_labels");
        return new()
        {
            Labels = classes?.dim() == 1 ? classes : null,
            Embedding = classes?.dim() > 1 ? classes : null,
            Tokens = Part(io, "encoder_hidden_states"),
            TokenMask = Part(io, "encoder_attention_mask") ?? Part(io, "attention_mask"),
            TextEmbedding = Part(io, "text_embeds"),
            ImageEmbedding = Part(io, "image_embeds"),
            TimeIds = Part(io, "time_ids"),
            GuidanceEmbedding = Part(io, "timestep_cond"),
            Hint = Part(io, "hint"),
        };
    }

    private static Tensor? Part(SafetensorsFile io, string name) => io.Contains(name) ? io.Read(name)
        : io.Contains($"added_cond_kwargs.{name}") ? io.Read($"added_cond_kwargs.{name}")
        : null;
}
