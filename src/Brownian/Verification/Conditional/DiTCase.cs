using System.Globalization;
using Brownian.Checkpoints;
using Brownian.Guidance;
using Brownian.Networks;
using Brownian.Networks.DiT;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>One case of DiT, the original or diffusers': the output, the guided output, float64 output, inner activations.</summary>
internal sealed class DiTCase(GoldenFile file, Comparison comparison)
{
    // The original guides the first three channels only.
    private const int GuidedChannels = 3;

    private readonly CaseTolerances tolerances = CaseTolerances.Of(file);

    private bool IsOriginal => file.Text("cls") == "models.py DiT";

    public CaseResult Compare()
    {
        using var io = CaseNetwork.Tensors(file);
        NetworkConfig config = IsOriginal ? OriginalDiTConfig.FromJson(CaseNetwork.Config(file)) : DiTConfig.FromJson(CaseNetwork.Config(file));
        using var network = (DiffusionTransformer)config.Create();
        CaseNetwork.Load(
            network, file, IsOriginal ? "model.safetensors" : "transformer/diffusion_pytorch_model.safetensors", IsOriginal ? DiTKeys.Original : null);
        CaseNetwork.Watch(network, io, tolerances, comparison, IsOriginal ? TheirName : null);
        var (x, t, y) = (Read(io, "x", "sample", "hidden_states"), Read(io, "t", "timestep"), Read(io, "y", "class_labels"));
        comparison.Elements("out", network.call(x, t, new() { Labels = y }), io.Read("out"), tolerances.Absolute, tolerances.Relative);
        network.Trace = null;
        Guided(io, network);
        if (io.Contains("out_f64"))
        {
            network.to(ScalarType.Float64);
            var first = Wide(t[..1]);

            // The frequencies are float32 in the reference, too, and differ in their last place from build to build; everything else agrees to 2·10⁻¹⁵. What one
            // unit in the last place of all of them changes is computed, and half of it is allowed.
            var ulp = (Wide(t[..1].to(ScalarType.Float64) * (1 + Math.Pow(2, -23))) - Wide(t[..1].to(ScalarType.Float64))).abs().max().item<double>();
            comparison.Elements("out_f64", first, io.Read("out_f64"), ulp / 2 + tolerances.Absolute * 1e-3, 0);

            Tensor Wide(Tensor time) => network.call(x[..1].to(ScalarType.Float64), time, new() { Labels = y[..1] });
        }

        return comparison.Result(file.Name, file.Text("cls")!);
    }

    private void Guided(SafetensorsFile io, DiffusionTransformer network)
    {
        foreach (var key in io.Keys.Where(key => key.StartsWith("cfg_", StringComparison.Ordinal)))
        {
            var scale = double.Parse(key.AsSpan(4), CultureInfo.InvariantCulture);
            var half = io.Read("cfg.x").chunk(2, 0)[0];
            var output = network.call(cat([half, half], 0), io.Read("cfg.t"), new() { Labels = io.Read("cfg.y") });
            var halves = output.chunk(2, 0);
            var guided = ClassifierFree.Combine(halves[1], halves[0], scale, GuidedChannels);
            var parts = halves.Select(part => cat([guided.narrow(1, 0, GuidedChannels), part.narrow(1, GuidedChannels, part.size(1) - GuidedChannels)], 1));
            comparison.Elements(key, cat(parts.ToArray(), 0), io.Read(key), tolerances.Absolute * scale, tolerances.Relative);
        }
    }

    private static Tensor Read(SafetensorsFile io, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (io.Contains(name))
            {
                return io.Read(name);
            }
        }

        throw new KeyNotFoundException($"io.safetensors: expected one of {string.Join(", ", names)}.");
    }

    private static string? TheirName(string ours) => ours switch
    {
        "pos_embed.proj" => "x_embedder",
        "emb.timestep_embedder" => "t_embedder",
        "emb.class_embedder" => "y_embedder",
        "proj_out_2" => "final_layer",
        _ when ours.StartsWith("transformer_blocks.", StringComparison.Ordinal) => ours["transformer_".Length..],
        _ => null,
    };
}
