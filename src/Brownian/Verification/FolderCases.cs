using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>Cases that are folders with io.safetensors, told by how a field of theirs begins. What fails one, also a broken file, fails that one only.</summary>
/// <param name="field">The field, such as "cls".</param>
/// <param name="start">How it begins.</param>
public abstract class FolderCases(string field, string start) : IGoldenKind
{
    /// <inheritdoc/>
    public bool Handles(GoldenFile file) => file.IsCase && file.Text(field) is { } text && text.StartsWith(start, StringComparison.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(GoldenFile file)
    {
        var kind = file.Text("cls") ?? start;
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
