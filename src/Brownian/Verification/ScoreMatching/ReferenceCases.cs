using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Verification.ScoreMatching;

/// <summary>Cases of one reference repository.</summary>
/// <param name="repository">Owner and name, with which the case's source begins.</param>
public abstract class ReferenceCases(string repository) : FolderCases("source", repository)
{
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
