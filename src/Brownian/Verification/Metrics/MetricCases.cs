using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Verification.Metrics;

/// <summary>Cases of metrics: numbers of features, of pairs of images, and resized images.</summary>
/// <param name="cls">How the case's <c>cls</c> begins.</param>
public abstract class MetricCases(string cls) : IGoldenKind
{
    /// <inheritdoc/>
    public bool Handles(GoldenFile file) => file.IsCase && (file.Text("cls") ?? string.Empty).StartsWith(cls, StringComparison.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(GoldenFile file)
    {
        var kind = file.Text("cls")!;
        using var scope = NewDisposeScope();
        try
        {
            var comparison = new Comparison();
            using var io = SafetensorsFile.Open(Path.Combine(file.Folder, "io.safetensors"));
            Compare(file, io, comparison);
            return [comparison.Result(file.Name, kind)];
        }
        catch (Exception error) when (CaseFault.Is(error))
        {
            return [CaseResult.Failed(file.Name, kind, error.Message.ReplaceLineEndings(" "))];
        }
    }

    /// <summary>Computes everything that the case has and compares it.</summary>
    private protected abstract void Compare(GoldenFile file, SafetensorsFile io, Comparison comparison);
}
