using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>Cases of one reference repository.</summary>
/// <param name="repository">Owner and name, with which the case's source begins.</param>
public abstract class ReferenceCases(string repository) : IGoldenKind
{
    /// <inheritdoc/>
    public bool Handles(GoldenFile file) => file.IsCase && (file.Text("source") ?? string.Empty).StartsWith(repository, StringComparison.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(GoldenFile file)
    {
        var kind = file.Text("cls") ?? repository;
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

    /// <summary>The weights of the case, in evaluation mode.</summary>
    private protected static T Loaded<T>(GoldenFile file, T network, KeyMap names)
        where T : Network
    {
        using var weights = CaseWeights.Open(file, "model.safetensors");
        WeightLoading.Load(network, weights.File, names);
        network.eval();
        return network;
    }

    /// <summary>Compares what a part of a network gave with what the reference's part of that name gave to the first sample.</summary>
    private protected static void Inner(SafetensorsFile io, string name, Tensor value, CaseTolerances tolerances, Comparison comparison)
    {
        if (io.Contains(name))
        {
            using var reference = io.Read(name);
            comparison.Elements(name, value[..1], reference, tolerances.Scaled(reference), tolerances.Relative);
        }
    }
}
