using Brownian.Checkpoints;
using Brownian.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.Metrics;

/// <summary>torch-fidelity's Inception v3: features and logits of images.</summary>
public sealed class InceptionCases() : FolderCases("cls", "feature_extractor_inceptionv3")
{
    private protected override void Compare(GoldenFile file, SafetensorsFile io, Comparison comparison)
    {
        using var weights = CaseWeights.Open(file, "model.safetensors");
        using var network = InceptionV3.Load(weights.File);
        var tolerances = CaseTolerances.Of(file);
        var output = network.call(io.Read("x"));
        comparison.Elements("features", output.Features, io.Read("features"), tolerances.Absolute, tolerances.Relative);
        comparison.Elements("logits", output.Logits, io.Read("logits"), tolerances.Absolute, tolerances.Relative);
        comparison.Elements("logits_unbiased", output.Unbiased, io.Read("logits_unbiased"), tolerances.Absolute, tolerances.Relative);
        network.to(ScalarType.Float64);
        comparison.Elements("features_f64", network.call(io.Read("x")[..1]).Features, io.Read("features_f64"), tolerances.Exact, 0);
    }
}
