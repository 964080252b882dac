using System.Text.Json;
using Brownian.Checkpoints;
using Brownian.Networks.UNet;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>Gradients of mean((out − target)²) with respect to every parameter, against those of the reference.</summary>
internal static class UNet2DGradients
{
    // "relative L2 error per tensor < 1e-4" (case.json). Gradients that are zero in exact arithmetic (of biases that softmax cancels) are
    // rounding noise in both: they are measured against a thousandth of the largest gradient.
    private const double RelativeTolerance = 1e-4;
    private const double NoiseFloor = 1e-3;

    public static void Compare(GoldenFile file, SafetensorsFile io, UNet2D network, CaseTolerances tolerances, Comparison comparison)
    {
        using var scope = NewDisposeScope();
        var loss = (UNet2DCases.Forward(io, network) - io.Read("grad_target")).square().mean();
        loss.backward();
        var reference = io.Read("loss").flatten()[0].item<float>();
        comparison.Number("loss", loss.item<float>(), reference, Math.Abs(reference) * tolerances.Relative);

        var gradients = network.named_parameters().Where(p => p.parameter.grad is not null).ToDictionary(p => p.name, p => p.parameter.grad!);
        var norms = file.Json.TryGetProperty("grad_l2_norms", out var listed)
            ? listed.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetDouble())
            : [];
        var floor = NoiseFloor * norms.Values.DefaultIfEmpty(1).Max();
        foreach (var (name, norm) in norms)
        {
            if (gradients.TryGetValue(KeyMap.OldDiffusers.Translate(name), out var gradient))
            {
                comparison.Number($"‖grad {name}‖", gradient.norm().item<float>(), norm, RelativeTolerance * Math.Max(norm, floor));
            }
            else
            {
                comparison.Fail($"grad {name}", "no gradient");
            }
        }

        foreach (var key in io.Keys.Where(key => key.StartsWith("grad.", StringComparison.Ordinal)))
        {
            var expected = io.Read(key);
            var name = KeyMap.OldDiffusers.Translate(key["grad.".Length..]);
            comparison.Norm(key, gradients[name], expected, RelativeTolerance * Math.Max(expected.norm().item<float>(), floor));
        }
    }
}
