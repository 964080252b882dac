using System.Globalization;
using System.Text.RegularExpressions;
using Brownian.Checkpoints;
using Brownian.Guidance;
using Brownian.Objectives;
using Brownian.Paths;
using Brownian.Samplers;
using static TorchSharp.torch;

namespace Brownian.Verification.Guided;

/// <summary>p_mean_variance, p_sample, ddim_sample and ddim_reverse_sample, one step each, on a respaced process that the case describes.</summary>
internal sealed partial class StepCase(GoldenFile file, SafetensorsFile io, Network network, GuidedDiffusion diffusion, Condition? condition)
{
    private const double Tolerance = 1e-4;

    public void Compare(Comparison comparison)
    {
        var text = file.Json.GetProperty("diffusion").TryGetProperty("step", out var found) ? found.GetString() ?? "" : "";
        if (ProcessPattern().Match(text) is not { Success: true } process)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var path = GuidedDiffusion.Path(process.Groups["schedule"].Value, Number(process, "steps"));
        var schedule = GuidedDiffusion.Levels(path, process.Groups["respacing"].Value);
        var bound = new DiffusionModel(network, path, diffusion.Parameterization(path, schedule)).Bind(condition);
        var walk = new GuidedStep(
            new Thresholded(bound, new()), schedule, SeedPattern().Match(text) is { Success: true } seed ? (ulong)Number(seed, "number") : 0);
        var chain = diffusion.PredictsMean ? walk with { Denoiser = bound } : walk;
        var index = Number(process, "index");
        var x = io.Read("x");
        Moments(comparison, chain, index, x);
        Check(comparison, "step.p_sample.sample", () => chain.Down(new Ancestral(diffusion.Variance), x, index));
        Check(comparison, "step.p_sample.pred_xstart", () => walk.X0(x, index));
        foreach (var eta in (double[])[0, 1])
        {
            Check(comparison, $"step.ddim_eta{eta}.sample", () => walk.Down(new Ddim(eta), x, index));
            Check(comparison, $"step.ddim_eta{eta}.pred_xstart", () => walk.X0(x, index));
        }

        if (ReversePattern().Match(text) is { Success: true } reverse)
        {
            Check(comparison, "step.ddim_reverse.sample", () => walk.Up(new Ddim(), io.Read("diff.x_start"), Number(reverse, "index")));
        }
    }

    private void Moments(Comparison comparison, GuidedStep walk, int index, Tensor x)
    {
        var step = walk.Step(index);
        var belief = walk.Denoiser.Denoise(x, step.From);
        var logVariance = VariationalTerm.LogVariance(Enumerable.Repeat(step, (int)x.size(0)).ToArray(), x, belief, diffusion.Variance);
        Check(comparison, "step.p_mean_variance.mean", () => step.Posterior.OfX0 * belief.X0 + step.Posterior.OfXt * x);
        Check(comparison, "step.p_mean_variance.log_variance", () => logVariance);
        Check(comparison, "step.p_mean_variance.variance", () => logVariance.exp());
    }

    // Some tensors hold the first batch element only.
    private void Check(Comparison comparison, string key, Func<Tensor> compute)
    {
        if (io.Contains(key))
        {
            var reference = io.Read(key);
            comparison.Elements(key, compute()[..(int)reference.size(0)], reference, Tolerance, Tolerance);
        }
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(
        """spaced index (?<index>\d+) of a (?<schedule>\w+) (?<steps>\d+)-step process respaced to "(?<respacing>[^"]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ProcessPattern();

    [GeneratedRegex(@"manual_seed\((?<number>\d+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SeedPattern();

    [GeneratedRegex(@"at index (?<index>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ReversePattern();
}
