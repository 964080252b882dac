using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Checkpoints.Foreign;
using Brownian.Networks.Song;
using Brownian.Parameterizations;
using Brownian.Paths;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>EDM's networks under its four preconditionings: raw and read output, parts, losses, samplers.</summary>
public sealed class EdmCases() : ReferenceCases("NVlabs/edm")
{
    // A few units in the last place of the float32 that labels are.
    private const double LabelShare = 5e-7;

    private protected override void Compare(GoldenFile file, SafetensorsFile io, Comparison comparison)
    {
        var arguments = file.Json.GetProperty("config");
        var config = EdmFormat.Config(arguments);
        using var frozen = no_grad();
        using var network = Loaded(file, new SongUNet(config), EdmFormat.Names(config));
        var model = new DiffusionModel(network, new EdmPath(), EdmFormat.Parameterization(arguments));
        var tolerances = CaseTolerances.Of(file);
        Beliefs(io, model, tolerances, comparison);
        Outputs(io, network, tolerances, comparison);
        Rounding(io, model.Parameterization, comparison);
        EdmLosses.Compare(file, io, model, comparison);
        EdmRuns.Compare(file, io, model, comparison);
    }

    private static void Outputs(SafetensorsFile io, SongUNet network, CaseTolerances tolerances, Comparison comparison)
    {
        var (x, label) = (io.Read("net_in"), io.Read("c_noise"));
        var names = EdmFormat.Parts(network.Config).ToDictionary(
            part => part.Part.Name, part => part.Part.Kind is SongPartKind.OutputSkip or SongPartKind.Output ? $"{part.Place}_aux_conv" : part.Place,
            StringComparer.Ordinal);
        var lastOf = EdmFormat.Parts(network.Config).GroupBy(part => part.Place, StringComparer.Ordinal).Select(parts => parts.Last().Part.Name).ToHashSet();
        network.Trace = (name, value) =>
        {
            if (lastOf.Contains(name))
            {
                Inner(io, $"act.model.{names[name]}", value, tolerances, comparison);
            }
        };
        comparison.Elements("F", network.call(x, label, Condition(io, 0, x.size(0))), io.Read("F"), tolerances.Absolute, tolerances.Relative);
        network.Trace = null;
        if (io.Contains("F_f64"))
        {
            network.to(ScalarType.Float64);
            var first = network.call(x[..1].to(ScalarType.Float64), label[..1].to(ScalarType.Float64), Condition(io, 0, 1));
            comparison.Elements("F_f64", first, io.Read("F_f64"), tolerances.InFloat64, 0);
            network.to(ScalarType.Float32);
        }
    }

    private static void Beliefs(SafetensorsFile io, DiffusionModel model, CaseTolerances tolerances, Comparison comparison)
    {
        var (x, sigma) = (io.Read("x"), io.Read("sigma"));
        var levels = sigma.data<float>().Select(value => model.Path.At(value)).ToArray();
        var at = NoiseLevels.PerSample(levels, x);
        comparison.Elements("net_in", model.Parameterization.Input(x, at), io.Read("net_in"), 1e-6, 1e-6);

        var (label, told) = (model.Parameterization.Label(at), io.Read("c_noise"));
        for (var i = 0; i < levels.Length; i++)
        {
            var (ours, reference) = (label[i].item<float>(), told[i].item<float>());
            comparison.Number($"c_noise[{i}]", ours, reference, LabelShare * Math.Max(1, Math.Abs(reference)) + Rounding(model.Parameterization, levels[i].Sigma));
        }

        Belief("D", Condition(io, 0, x.size(0)));
        Belief("D_no_labels", io.Contains("augment_labels") ? Condition(io, 0, x.size(0))! with { Embedding = null } : null);

        void Belief(string name, Condition? condition)
        {
            if (io.Contains(name))
            {
                var reference = io.Read(name);
                var belief = model.Read(model.Output(x, at, condition), x, at);
                comparison.Elements(name, belief.X0, reference, tolerances.Scaled(reference), tolerances.Relative);
            }
        }
    }

    // The reference's VP label, (M − 1)·(s − β_min)/β_d with s = √(β_min² + 2β_d·L) and L = ln(1 + σ²), is float32: 1 + σ² is off by up to 2⁻²⁴ of
    // itself and so L by 2⁻²⁴, and s by about as much of itself. At σ = 0.002 that is 6·10⁻⁴ of a label of 0.04.
    private static double Rounding(Parameterization parameterization, double sigma)
    {
        if (parameterization is not PredictVpEpsilon vp)
        {
            return 0;
        }

        const double Half = 1.0 / (1 << 24);
        var log = double.LogP1(sigma * sigma);
        var root = Math.Sqrt(vp.BetaMin * vp.BetaMin + 2 * vp.BetaDelta * log);
        return (vp.Steps - 1) * Half * ((1 + 2 * log) / root + 2 * root / vp.BetaDelta);
    }

    private static void Rounding(SafetensorsFile io, Parameterization parameterization, Comparison comparison)
    {
        if (!io.Contains("round_sigma.in") || parameterization is not PredictIddpmEpsilon iddpm)
        {
            return;
        }

        var ladder = iddpm.Ladder ?? new();
        var numbers = io.Read("round_sigma.in").flatten().data<float>().Select(value => ladder.Nearest(value)).ToArray();
        comparison.Elements("round_sigma.index", tensor(numbers), io.Read("round_sigma.index").flatten(), 0.5, 0);
        comparison.Elements("round_sigma.out", tensor(numbers.Select(number => ladder[number]).ToArray()), io.Read("round_sigma.out").flatten(), 1e-6, 1e-5);
    }

    private static Condition? Condition(SafetensorsFile io, int first, long count)
    {
        Tensor? Part(string name) => io.Contains(name) ? io.Read(name).narrow(0, first, count) : null;
        return new() { Embedding = Part("class_labels"), Augmentation = Part("augment_labels") };
    }
}
