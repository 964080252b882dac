namespace Brownian.Verification.Metrics;

/// <summary>Cases of metrics: numbers of features, of pairs of images, and resized images.</summary>
/// <param name="cls">How the case's <c>cls</c> begins.</param>
public abstract class MetricCases(string cls) : FolderCases
{
    /// <inheritdoc/>
    public sealed override bool Handles(GoldenFile file) =>
        file.IsCase && (file.Text("cls") ?? string.Empty).StartsWith(cls, StringComparison.Ordinal);
}
