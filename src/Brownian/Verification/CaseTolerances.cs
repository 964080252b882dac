using System.Text.Json;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>The tolerances that a network case states for itself.</summary>
/// <param name="Absolute">For the output.</param>
/// <param name="Relative">For the output, of each element.</param>
/// <param name="Scale">The largest |reference| of the output.</param>
internal sealed record CaseTolerances(double Absolute, double Relative, double Scale)
{
    /// <summary>What a case states, or one part of it.</summary>
    public static CaseTolerances Of(GoldenFile file, string? part = null)
    {
        var stated = file.Json.TryGetProperty("tolerances", out var found) ? found : default;
        stated = part is not null && stated.ValueKind == JsonValueKind.Object && stated.TryGetProperty(part, out var inner) ? inner : stated;
        double Number(string field, double otherwise) =>
            stated.ValueKind == JsonValueKind.Object && stated.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Number
                ? value.GetDouble()
                : otherwise;
        return new(Number("suggested_atol_fp32", 1e-4), Number("suggested_rtol_fp32", 1e-4), Number("ref_max_abs", 1));
    }

    /// <summary>
    /// For an output in float64, absolute. The references leave float32 in it: the sines of the time, which differ by a unit in the last place (6·10⁻⁸)
    /// between versions of the engine, and in EDM the frequencies and the softmax. That is 1.3·10⁻⁷ of the output at most in the cases known.
    /// </summary>
    public double InFloat64 => 5e-7 * Scale;

    /// <summary>For an output in float64 that nothing in float32 goes into, absolute; known cases differ by 10⁻¹⁴ of it.</summary>
    public double Exact => 1e-12 * Scale;

    /// <summary>The output's absolute tolerance, carried over to a tensor of another size.</summary>
    public double Scaled(Tensor reference)
    {
        using var scope = NewDisposeScope();
        return Absolute / Scale * Math.Max(1, reference.abs().max().to(ScalarType.Float64).item<double>());
    }
}
