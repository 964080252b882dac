using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Networks.Guided;
using Brownian.Networks.UNet;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification.Guided;

/// <summary>One case of UNetModel or SuperResModel.</summary>
internal sealed class UNetCase(GoldenFile file, bool superResolution)
{
    private readonly Comparison comparison = new();
    private readonly CaseTolerances tolerances = CaseTolerances.Of(file);
    private readonly GuidedUNetConfig config =
        GuidedUNetConfig.FromJson(file.Json.GetProperty("config").GetRawText()) with { SuperResolution = superResolution };

    public CaseResult Compare()
    {
        using var io = SafetensorsFile.Open(Path.Combine(file.Folder, "io.safetensors"));
        using var network = config.Create();
        using (var weights = CaseWeights.Open(file, "model.safetensors"))
        {
            WeightLoading.Load(network, weights.File, GuidedKeys.Of(config));
        }

        network.eval();
        using var frozen = no_grad();
        var condition = ConditionOf(io, (int)io.Info("x").Shape[0]);
        network.Trace = (name, value) => Inner(io, name, value);
        var output = network.call(io.Read("x"), io.Read("timesteps"), condition);
        comparison.Elements("out", output, io.Read("out"), tolerances.Absolute, tolerances.Relative);
        network.Trace = null;
        if (file.Json.TryGetProperty("diffusion", out _))
        {
            var diffusion = GuidedDiffusion.Read(file);
            new LossCase(file, io, network, diffusion, condition).Compare(comparison);
            new BoundCase(file, io, network, diffusion, condition).Compare(comparison);
            new StepCase(file, io, network, diffusion, condition).Compare(comparison);
        }

        InFloat64(io, network);
        return comparison.Result(file.Name, superResolution ? "SuperResModel" : "UNetModel");
    }

    private void InFloat64(SafetensorsFile io, UNet2D network)
    {
        if (io.Contains("out_f64"))
        {
            network.to(ScalarType.Float64);
            var first = network.call(io.Read("x", ScalarType.Float64)[..1], io.Read("timesteps")[..1], ConditionOf(io, 1));
            comparison.Elements("out_f64", first, io.Read("out_f64"), tolerances.InFloat64, 0);
        }
    }

    private static Condition? ConditionOf(SafetensorsFile io, int batch)
    {
        var labels = io.Contains("y") ? io.Read("y")[..batch] : null;
        var image = io.Contains("low_res") ? io.Read("low_res")[..batch] : null;
        return labels is null && image is null ? null : new() { Labels = labels, Image = image };
    }

    private void Inner(SafetensorsFile io, string name, Tensor value)
    {
        if (TheirName(name) is { } theirs && io.Contains($"act.{theirs}"))
        {
            var reference = io.Read($"act.{theirs}");
            comparison.Elements($"act.{theirs}", value[..1], reference, tolerances.Scaled(reference), tolerances.Relative);
        }
    }

    // Their blocks are numbered in one row; the last of a level is what our level returns.
    private string? TheirName(string ours)
    {
        var (levels, index) = (config.ChannelMult.Count, ours[(ours.LastIndexOf('.') + 1)..]);
        return ours switch
        {
            "conv_in" => "input_blocks.0",
            "time_embedding" => "time_embed",
            "mid_block" => "middle_block",
            _ when ours.StartsWith("down_blocks.", StringComparison.Ordinal) =>
                $"input_blocks.{Math.Min((int.Parse(index, null) + 1) * (config.NumResBlocks + 1), levels * (config.NumResBlocks + 1) - 1)}",
            _ when ours.StartsWith("up_blocks.", StringComparison.Ordinal) => $"output_blocks.{(int.Parse(index, null) + 1) * (config.NumResBlocks + 1) - 1}",
            _ => null,
        };
    }
}
