using Brownian.Checkpoints;
using Brownian.Networks.UNet;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>Network cases of diffusers' UNet2DModel: output, float64 output, inner activations, loss and gradients.</summary>
public sealed class UNet2DCases : IGoldenKind
{
    /// <inheritdoc/>
    public bool Handles(GoldenFile file) => file.IsCase && file.Text("cls") == "UNet2DModel";

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(GoldenFile file)
    {
        using var scope = NewDisposeScope();
        try
        {
            return [Compare(file)];
        }
        catch (Exception error) when (CaseFault.Is(error))
        {
            return [CaseResult.Failed(file.Name, "UNet2DModel", error.Message.ReplaceLineEndings(" "))];
        }
    }

    private static CaseResult Compare(GoldenFile file)
    {
        var comparison = new Comparison();
        var tolerances = CaseTolerances.Of(file);
        using var io = SafetensorsFile.Open(Path.Combine(file.Folder, "io.safetensors"));
        using var network = Load(file, comparison);
        network.eval();
        Outputs(io, network, tolerances, comparison);
        if (io.Contains("grad_target"))
        {
            UNet2DGradients.Compare(file, io, network, tolerances, comparison);
        }

        if (io.Contains("out_f64"))
        {
            using var frozen = no_grad();
            network.to(ScalarType.Float64);
            var first = network.call(io.Read("sample", ScalarType.Float64)[..1], Timestep(io, 1), Condition(io, network, 1));
            comparison.Elements("out_f64", first, io.Read("out_f64"), tolerances.InFloat64, 0);
        }

        return comparison.Result(file.Name, "UNet2DModel");
    }

    private static UNet2D Load(GoldenFile file, Comparison comparison)
    {
        var network = new UNet2D(UNet2DConfig.FromJson(file.Json.GetProperty("config").GetRawText()));
        using var weights = SafetensorsFile.Open(Path.Combine(file.Folder, file.Text("weights") ?? "unet/diffusion_pytorch_model.safetensors"));
        using var frozen = no_grad();
        var own = network.state_dict();
        var loaded = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in weights.Keys)
        {
            if (!own.TryGetValue(KeyMap.OldDiffusers.Translate(key), out var parameter))
            {
                comparison.Fail(key, "the network has no such parameter");
                continue;
            }

            using var value = weights.Read(key, ScalarType.Float32);
            parameter.copy_(value);
            loaded.Add(KeyMap.OldDiffusers.Translate(key));
        }

        foreach (var missing in own.Keys.Except(loaded))
        {
            comparison.Fail(missing, "the file has no such parameter");
        }

        return network;
    }

    private static void Outputs(SafetensorsFile io, UNet2D network, CaseTolerances tolerances, Comparison comparison)
    {
        using var frozen = no_grad();
        network.Trace = (name, value) =>
        {
            if (io.Contains($"act.{name}"))
            {
                var reference = io.Read($"act.{name}");
                comparison.Elements($"act.{name}", value[..1], reference, tolerances.Scaled(reference), tolerances.Relative);
            }
        };
        var output = Forward(io, network);
        comparison.Elements("out", output, io.Read("out"), tolerances.Absolute, tolerances.Relative);

        // Without a trace, nothing is computed twice or apart: the same numbers must come out.
        network.Trace = null;
        comparison.Elements("out untraced", Forward(io, network), io.Read("out"), tolerances.Absolute, tolerances.Relative);
    }

    internal static Tensor Forward(SafetensorsFile io, UNet2D network)
    {
        var batch = io.Info("sample").Shape[0];
        return network.call(io.Read("sample"), Timestep(io, batch), Condition(io, network, batch));
    }

    // The reference takes one timestep for the whole batch, too.
    private static Tensor Timestep(SafetensorsFile io, long batch)
    {
        var timestep = io.Read("timestep").reshape(-1);
        return timestep.size(0) == 1 ? timestep.expand(batch) : timestep[..(int)batch];
    }

    private static Condition? Condition(SafetensorsFile io, UNet2D network, long batch)
    {
        if (!io.Contains("class_labels"))
        {
            return null;
        }

        var labels = io.Read("class_labels")[..(int)batch];
        return network.Config.ClassEmbedType == "identity" ? new() { Embedding = labels } : new() { Labels = labels };
    }
}
