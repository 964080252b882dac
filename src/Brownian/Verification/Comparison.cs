using System.Globalization;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>Gathers the tensors of one case, each against its reference, and remembers the one that is nearest to failing.</summary>
internal sealed class Comparison
{
    private readonly List<string> failures = [];
    private (double Absolute, double Relative, double Tolerance) worst = (0, 0, double.NaN);
    private double worstRatio = -1;
    private int count;

    /// <summary>
    /// Requires |ours − reference| ≤ absolute + relative·|reference| in every element, and the same shape.
    /// </summary>
    public void Elements(string name, Tensor ours, Tensor reference, double absolute, double relative)
    {
        using var scope = NewDisposeScope();
        if (!ours.shape.SequenceEqual(reference.shape))
        {
            Fail(name, $"shape [{string.Join(", ", ours.shape)}], expected [{string.Join(", ", reference.shape)}]");
            return;
        }

        var (a, b) = (ours.detach().to(ScalarType.Float64), reference.to(ScalarType.Float64));
        var difference = (a - b).abs();
        var excess = (difference / (absolute + relative * b.abs())).max().item<double>();
        var scale = b.abs().max().item<double>();
        Note(name, difference.max().item<double>(), scale, absolute + relative * scale, excess);
    }

    /// <summary>Requires one number to be near another.</summary>
    public void Number(string name, double ours, double reference, double tolerance) =>
        Note(name, Math.Abs(ours - reference), Math.Abs(reference), tolerance, Math.Abs(ours - reference) / tolerance);

    /// <summary>Requires ‖ours − reference‖₂ ≤ tolerance.</summary>
    public void Norm(string name, Tensor ours, Tensor reference, double tolerance)
    {
        using var scope = NewDisposeScope();
        var (a, b) = (ours.detach().to(ScalarType.Float64), reference.to(ScalarType.Float64));
        var distance = (a - b).norm().item<double>();
        Note(name, distance, b.norm().item<double>(), tolerance, distance / tolerance);
    }

    /// <summary>Records a failure that is no number.</summary>
    public void Fail(string name, string problem) => failures.Add($"{name}: {problem}");

    /// <summary>The verdict over all that was compared.</summary>
    public CaseResult Result(string name, string kind)
    {
        var outcome = failures.Count == 0 ? CaseOutcome.Pass : CaseOutcome.Fail;
        var detail = failures.Count == 0 ? $"{count} tensors" : string.Join("; ", failures.Take(4)) + (failures.Count > 4 ? $"; {failures.Count - 4} more" : "");
        return new(name, kind, worst.Absolute, worst.Relative, worst.Tolerance, outcome, detail);
    }

    private void Note(string name, double absolute, double scale, double tolerance, double ratio)
    {
        count++;
        if (!(ratio <= 1))
        {
            Fail(name, string.Create(CultureInfo.InvariantCulture, $"differs by {absolute:g3}, allowed {tolerance:g3}"));
        }

        if (!(ratio <= worstRatio))
        {
            worstRatio = double.IsNaN(ratio) ? double.PositiveInfinity : ratio;
            worst = (absolute, scale == 0 ? absolute : absolute / scale, tolerance);
        }
    }
}
