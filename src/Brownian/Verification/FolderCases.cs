using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>Cases that are folders with io.safetensors: what fails one, also a broken file, fails that one only.</summary>
public abstract class FolderCases : IGoldenKind
{
    /// <inheritdoc/>
    public abstract bool Handles(GoldenFile file);

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(GoldenFile file)
    {
        var kind = Kind(file);
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

    /// <summary>What the case is called in the list of results.</summary>
    private protected virtual string Kind(GoldenFile file) => file.Text("cls")!;

    /// <summary>Computes everything that the case has and compares it.</summary>
    private protected abstract void Compare(GoldenFile file, SafetensorsFile io, Comparison comparison);
}
