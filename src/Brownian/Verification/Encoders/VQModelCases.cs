using Brownian.Checkpoints;
using Brownian.Networks.Latent;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.Encoders;

/// <summary>Cases of diffusers' VQModel: latents, the nearest vectors of the codebook and their numbers, decoded images with and without quantisation.</summary>
public sealed class VQModelCases() : ClassCases("VQModel")
{
    private protected override void Compare(GoldenFile file, Comparison comparison)
    {
        using var io = Recorded(file);
        using var network = Loaded(file, new VQModel(VQModelConfig.FromJson(file.Json.GetProperty("config").GetRawText())), KeyMap.OldDiffusers);
        var tolerances = CaseTolerances.Of(file);
        If(io, "latents", () => network.Features(io.Read("x")), tolerances, comparison);

        // Numbers are compared from the recorded latents: an ulp must not decide between two vectors that are equally near.
        If(io, "quantized", () => network.Quantize(io.Read("latents")), tolerances, comparison);
        if (io.Contains("indices"))
        {
            comparison.Elements("indices", network.Indices(io.Read("latents")).reshape(-1), io.Read("indices"), 0.5, 0);
        }

        If(io, "decoded", () => network.Reconstruct(io.Read("z")), tolerances, comparison);
        If(io, "decoded_no_quant", () => network.Reconstruct(io.Read("z"), quantize: false), tolerances, comparison);
        if (io.Contains("latents_f64"))
        {
            network.to(ScalarType.Float64);
            var latents = network.Features(io.Read("x", ScalarType.Float64)[..1]);
            comparison.Elements("latents_f64", latents, io.Read("latents_f64"), tolerances.Absolute * InFloat64WithSoftmax, 0);
        }
    }
}
