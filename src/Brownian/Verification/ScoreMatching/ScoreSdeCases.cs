using Brownian.Checkpoints;
using Brownian.Checkpoints.Foreign;
using Brownian.Networks.Refine;
using Brownian.Networks.Song;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>Score SDE's networks: output and parts, losses, samplers, likelihood.</summary>
public sealed class ScoreSdeCases() : ReferenceCases("yang-song/score_sde_pytorch")
{
    private protected override void Compare(GoldenFile file, SafetensorsFile io, Comparison comparison)
    {
        var config = ScoreSdeFormat.Config(file.Json.GetProperty("config"));
        using var network = Loaded(file, config.Create(), ScoreSdeFormat.Names(config));
        using (no_grad())
        {
            Outputs(io, network, CaseTolerances.Of(file), comparison);
            var path = ScoreSdeModel.Path(file.Json.GetProperty("config"));
            var model = new DiffusionModel(network, path, ScoreSdeModel.Output(path));
            ScoreSdeLosses.Compare(file, io, model, comparison);
            ScoreSdeRuns.Compare(file, io, model, comparison);
            ScoreSdeLikelihood.Compare(file, io, model, comparison);
        }
    }

    private static void Outputs(SafetensorsFile io, Network network, CaseTolerances tolerances, Comparison comparison)
    {
        var (x, label) = (io.Read("x"), io.Read("time_cond"));
        Trace(network, (name, value) => Inner(io, name, value, tolerances, comparison));
        comparison.Elements("out", network.call(x, label, null), io.Read("out"), tolerances.Absolute, tolerances.Relative);
        Trace(network, null);
        comparison.Elements("out untraced", network.call(x, label, null), io.Read("out"), tolerances.Absolute, tolerances.Relative);
        if (io.Contains("out_f64"))
        {
            // Sines of the time are float32 in the reference always; Fourier features are not.
            network.to(ScalarType.Float64);
            var isExact = network is not SongUNet { Config: { IsNoiseConditional: true, TimeEmbeddingType: "positional" } };
            var first = network.call(x[..1].to(ScalarType.Float64), isExact && label.is_floating_point() ? label[..1].to(ScalarType.Float64) : label[..1], null);
            comparison.Elements("out_f64", first, io.Read("out_f64"), isExact ? tolerances.Exact : tolerances.InFloat64, 0);
            network.to(ScalarType.Float32);
        }
    }

    private static void Trace(Network network, Action<string, Tensor>? compare)
    {
        if (network is RefineNet refine)
        {
            refine.Trace = compare is null ? null : (name, value) => compare($"act.{name}", value);
        }
        else if (network is SongUNet song)
        {
            var numbers = ScoreSdeFormat.Layers(song.Config).Select((layer, i) => (layer.Place, Number: i)).ToDictionary(
                layer => layer.Place.EndsWith(".conv", StringComparison.Ordinal) ? layer.Place[..^5] : layer.Place, layer => layer.Number,
                StringComparer.Ordinal);
            song.Trace = compare is null ? null : (name, value) =>
            {
                if (numbers.TryGetValue(name, out var number))
                {
                    compare($"act.all_modules.{number}", value);
                }
            };
        }
    }
}
