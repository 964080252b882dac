using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Brownian.Checkpoints;
using Brownian.Guidance;
using Brownian.Networks.Guided;
using Brownian.Samplers;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.Guided;

/// <summary>One case of EncoderUNetModel: logits, the gradient of log p(y | x), and guided steps of a process that the case describes.</summary>
internal sealed partial class EncoderCase(GoldenFile file)
{
    private const double Tolerance = 1e-4;

    private readonly Comparison comparison = new();
    private readonly CaseTolerances tolerances = CaseTolerances.Of(file);

    public CaseResult Compare()
    {
        var config = EncoderUNetConfig.FromJson(file.Json.GetProperty("config").GetRawText());
        using var io = SafetensorsFile.Open(Path.Combine(file.Folder, "io.safetensors"));
        using var network = config.Create();
        using (var weights = CaseWeights.Open(file, "classifier.safetensors", "model.safetensors"))
        {
            WeightLoading.Load(network, weights.File, GuidedKeys.Of(config));
        }

        network.eval();
        network.Trace = (part, value) => Inner(io, config, part, value);
        using (no_grad())
        {
            comparison.Elements(
                "logits", network.call(io.Read("x"), io.Read("timesteps"), null), io.Read("logits"), tolerances.Absolute, tolerances.Relative);
        }

        network.Trace = null;
        if (io.Contains("grad"))
        {
            Gradient(io, network);
        }

        if (io.Keys.Any(key => key.StartsWith("guided", StringComparison.Ordinal)))
        {
            Guided(io, network);
        }

        if (io.Contains("logits_f64"))
        {
            using var frozen = no_grad();
            network.to(ScalarType.Float64);
            var first = network.call(io.Read("x", ScalarType.Float64)[..1], io.Read("timesteps")[..1], null);
            comparison.Elements("logits_f64", first, io.Read("logits_f64"), tolerances.InFloat64, 0);
        }

        return comparison.Result(file.Name, "EncoderUNetModel");
    }

    private double Scale => file.Json.TryGetProperty("classifier_scale", out var scale) ? scale.GetDouble() : 1;

    private void Inner(SafetensorsFile io, EncoderUNetConfig config, string part, Tensor value)
    {
        var theirs = part switch
        {
            "conv_in" => "input_blocks.0",
            "mid_block" => "middle_block",
            _ => $"input_blocks.{Math.Min(
                (int.Parse(part["down_blocks.".Length..], CultureInfo.InvariantCulture) + 1) * (config.NumResBlocks + 1),
                config.ChannelMult.Count * (config.NumResBlocks + 1) - 1)}",
        };
        if (io.Contains($"act.{theirs}"))
        {
            var reference = io.Read($"act.{theirs}");
            comparison.Elements($"act.{theirs}", value[..1], reference, tolerances.Scaled(reference), tolerances.Relative);
        }
    }

    // The case has another time for each sample; a batch of ours stands at one level.
    private void Gradient(SafetensorsFile io, EncoderUNet network)
    {
        var (x, y, times) = (io.Read("x"), io.Read("y"), io.Read("timesteps").data<long>().ToArray());
        var rows = times.Select((time, i) => new NoisyClassifier(network, y[i..(i + 1)]).At(x[i..(i + 1)], new(time, 1, 1)));
        comparison.Elements("grad", Scale * cat([.. rows], 0), io.Read("grad"), tolerances.Absolute, tolerances.Relative);
    }

    private void Guided(SafetensorsFile io, EncoderUNet network)
    {
        var text = Doc();
        var process = ProcessPattern().Match(text);
        if (!process.Success)
        {
            throw new FormatException($"tensors_doc: expected \"spaced diffusion (linear 1000 respaced \"25\"), index 7\" of guided tensors; got \"{text}\".");
        }

        if (!text.Contains("FIXED_SMALL", StringComparison.Ordinal) || FormulaPattern().Match(text) is not { Success: true } formula)
        {
            throw new NotSupportedException("guided steps of another variance or another stand-in for the network");
        }

        var path = GuidedDiffusion.Path(process.Groups["schedule"].Value, Number(process, "steps"));
        var schedule = GuidedDiffusion.Levels(path, process.Groups["respacing"].Value);
        IDenoiser inner = new Formula(
            Double(formula, "linear"), Double(formula, "sine"), Double(formula, "frequency"), Double(formula, "period"));
        inner = text.Contains("clip_denoised", StringComparison.Ordinal) ? new Thresholded(inner, new()) : inner;
        var classifier = new NoisyClassifier(network, io.Read("y"));
        var seed = SeedPattern().Match(text) is { Success: true } found ? (ulong)Number(found, "number") : 0;
        using var frozen = no_grad();
        Compare(io, Number(process, "index"), new GuidedStep(inner, schedule, seed), classifier);
    }

    private void Compare(SafetensorsFile io, int index, GuidedStep plain, NoisyClassifier classifier)
    {
        var mean = plain with { Denoiser = ClassifierGuided.OfMean(plain.Denoiser, classifier, Scale, plain.Schedule) };
        var score = plain with { Denoiser = new ClassifierGuided(plain.Denoiser, classifier, Scale) };
        var (x, step) = (io.Read("x"), plain.Step(index));
        Tensor Mean(GuidedStep walk) => step.Posterior.OfX0 * walk.X0(x, index) + step.Posterior.OfXt * x;
        Check(io, "guided.mean_uncond", () => Mean(plain));
        Check(io, "guided.mean", () => Mean(mean));
        Check(io, "guided.variance", () => full_like(x, step.Posterior.Variance));
        Check(io, "guided.p_sample", () => mean.Down(new Ancestral(), x, index));
        Check(io, "guided_ddim.mean", () => Mean(score));
        Check(io, "guided_ddim.pred_xstart", () => score.X0(x, index));
        Check(io, "guided.ddim_sample_eta0", () => score.Down(new Ddim(), x, index));
        Check(io, "guided.ddim_sample_eta1", () => score.Down(new Ddim(1), x, index));
    }

    private void Check(SafetensorsFile io, string key, Func<Tensor> compute)
    {
        if (io.Contains(key))
        {
            var reference = io.Read(key);
            var scale = Math.Max(1, reference.abs().max().item<float>());
            comparison.Elements(key, compute()[..(int)reference.size(0)], reference, Tolerance * scale, Tolerance);
        }
    }

    private string Doc() => file.Json.TryGetProperty("tensors_doc", out var doc) && doc.TryGetProperty("guided.*", out var text)
        ? text.GetString() ?? ""
        : "";

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    private static double Double(Match match, string group) => double.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        """\((?<schedule>\w+) (?<steps>\d+) respaced "(?<respacing>[^"]+)"\), index (?<index>\d+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ProcessPattern();

    [GeneratedRegex(
        @"(?<linear>[\d.]+)\*x\+(?<sine>[\d.]+)\*sin\((?<frequency>[\d.]+)\*x\+t_orig/(?<period>[\d.]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FormulaPattern();

    [GeneratedRegex(@"manual_seed\((?<number>\d+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SeedPattern();

    /// <summary>The stand-in for a network: ε = linear·x + sine·sin(frequency·x + t/period).</summary>
    private sealed class Formula(double linear, double sine, double frequency, double period) : IDenoiser
    {
        public Denoised Denoise(Tensor xt, NoiseLevel at)
        {
            using var scope = NewDisposeScope();
            var epsilon = linear * xt + sine * (frequency * xt + at.Time / period).sin();
            return Denoised.FromEpsilon(epsilon, xt, NoiseLevels.Of(at, xt)).MoveToOuterScope();
        }
    }
}
