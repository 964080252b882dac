using static TorchSharp.torch;

namespace Brownian.Verification.Guided;

/// <summary>
/// Cases of improved-diffusion and guided-diffusion: UNetModel and SuperResModel with every loss, the variational bound and single steps;
/// EncoderUNetModel with the guidance that it gives.
/// </summary>
public sealed class GuidedCases : IGoldenKind
{
    private static readonly string[] Sources = ["openai/improved-diffusion", "openai/guided-diffusion"];

    /// <inheritdoc/>
    public bool Handles(GoldenFile file) =>
        file.IsCase && file.Text("source") is { } source && Sources.Any(known => source.StartsWith(known, StringComparison.Ordinal));

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(GoldenFile file)
    {
        var kind = Class(file);
        using var scope = NewDisposeScope();
        try
        {
            return [kind == "EncoderUNetModel" ? new EncoderCase(file).Compare() : new UNetCase(file, kind == "SuperResModel").Compare()];
        }
        catch (NotSupportedException error)
        {
            return [CaseResult.Unsupported(file.Name, kind, error.Message)];
        }
        catch (Exception error) when (CaseFault.Is(error))
        {
            return [CaseResult.Failed(file.Name, kind, error.Message.ReplaceLineEndings(" "))];
        }
    }

    private static string Class(GoldenFile file)
    {
        var cls = file.Text("cls") ?? "";
        return new[] { "EncoderUNetModel", "SuperResModel" }.FirstOrDefault(name => cls.Contains(name, StringComparison.Ordinal)) ?? "UNetModel";
    }
}
