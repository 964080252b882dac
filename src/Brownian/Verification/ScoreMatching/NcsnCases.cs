using Brownian.Checkpoints;
using Brownian.Checkpoints.Foreign;
using Brownian.Networks.Refine;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>NCSN and NCSNv2: the score, its parts, the denoising score matching loss, annealed Langevin dynamics.</summary>
public sealed class NcsnCases() : ReferenceCases("ermongroup/ncsn")
{
    private protected override void Compare(GoldenFile file, SafetensorsFile io, Comparison comparison)
    {
        using var frozen = no_grad();
        using var network = Loaded(file, new RefineNet(NcsnFormat.Config(file.Json.GetProperty("config"))), NcsnFormat.Names);
        var tolerances = CaseTolerances.Of(file);
        var (x, labels) = (io.Read("x"), io.Read("labels"));
        network.Trace = (name, value) => Inner(io, $"act.{name}", value, tolerances, comparison);
        comparison.Elements("out", network.call(x, labels, null), io.Read("out"), tolerances.Absolute, tolerances.Relative);
        network.Trace = null;
        if (io.Contains("out_f64"))
        {
            network.to(ScalarType.Float64);
            var first = network.call(x[..1].to(ScalarType.Float64), labels[..1], null);
            comparison.Elements("out_f64", first, io.Read("out_f64"), tolerances.Exact, 0);
            network.to(ScalarType.Float32);
        }

        var model = NcsnRuns.Model(network);
        NcsnRuns.Loss(file, io, model, comparison);
        NcsnRuns.Langevin(file, io, model, comparison);
    }
}
