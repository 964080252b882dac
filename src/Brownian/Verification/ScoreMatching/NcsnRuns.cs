using Brownian.Checkpoints;
using Brownian.Checkpoints.Foreign;
using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>NCSN's loss and annealed Langevin dynamics as our objective and sampler.</summary>
internal static class NcsnRuns
{
    // "rel 1e-4" (case.json), and of annealed Langevin dynamics of the largest image.
    private const double Relative = 1e-4;

    /// <summary>The model of a RefineNet: a ladder of σ, whose labels count from the noisiest.</summary>
    public static DiffusionModel Model(Networks.Refine.RefineNet network)
    {
        var config = network.Config;
        var path = new SigmaTable(config.SigmaMax, config.SigmaMin, config.SigmaCount, config.SigmaUniform ? LadderShape.Uniform : LadderShape.Geometric);
        return new(network, path, new PredictScore { TimeScale = -1, LabelOffset = config.SigmaCount - 1 });
    }

    public static void Loss(GoldenFile file, SafetensorsFile io, DiffusionModel model, Comparison comparison)
    {
        var loss = file.Json.Section("loss");
        if (!io.Contains("loss.noise"))
        {
            return;
        }

        using var scope = NewDisposeScope();
        var count = ((SigmaTable)model.Path).Count;
        NoiseLevel[] levels = [.. io.Read("labels").data<long>().Select(label => model.Path.At(count - 1 - label))];
        var power = Power(loss.Text("function", string.Empty));
        var objective = new DenoisingObjective(new UniformStep(), new ScoreWeight(power)) { Reduction = LossReduction.HalfSum };
        var ours = objective.Evaluate(model, io.Read("x"), null, levels, io.Read("loss.noise")).mean().item<float>();
        var reference = loss.Double("value", double.NaN);
        comparison.Number("loss", ours, reference, Relative * Math.Abs(reference));
    }

    public static void Langevin(GoldenFile file, SafetensorsFile io, DiffusionModel model, Comparison comparison)
    {
        var ald = file.Json.Section("ald");
        if (!io.Contains("ald.images"))
        {
            return;
        }

        using var scope = NewDisposeScope();
        var images = io.Read("ald.images");
        var perLevel = ald.Int("n_steps_each", 5);
        var denoise = ald.Bool("denoise", otherwise: true);
        var path = (SigmaTable)model.Path;
        var rungs = Enumerable.Range(0, path.Count).Select(i => path.At(path.Count - 1 - i));
        var schedule = new NoiseSchedule(path, [.. rungs, denoise ? path.Clean : path.Cleanest]);
        var call = 0;
        var denoiser = new WatchedDenoiser(model.Bind(), (xt, _) =>
        {
            if (call++ > 0)
            {
                Same(comparison, $"ald.images[{call - 2}]", xt, images[call - 2]);
            }
        });
        var noise = new ReplayedNoise(io.Read("ald.noises"), perLevel);
        var sampler = new AnnealedLangevin(ald.Double("step_lr", 2e-5), perLevel);
        var result = sampler.Run(denoiser, io.Read("ald.x0"), schedule, noise, (_, _, _) => noise.NextStep());
        Same(comparison, "ald.images[last]", result, images[-1]);
    }

    private static void Same(Comparison comparison, string name, Tensor ours, Tensor reference) =>
        comparison.Elements(name, ours, reference, Relative * Math.Max(1, reference.abs().max().item<float>()), 0);

    private static double Power(string function)
    {
        const string Name = "anneal_power=";
        var at = function.IndexOf(Name, StringComparison.Ordinal);
        var digits = at < 0 ? "2" : string.Concat(function[(at + Name.Length)..].TakeWhile(c => char.IsAsciiDigit(c) || c == '.'));
        return double.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
    }
}
