using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Verification.Encoders;

/// <summary>Cases of networks that are not diffusion models, told by their class.</summary>
/// <param name="classes">The classes, as cases name them.</param>
public abstract class ClassCases(params IReadOnlyList<string> classes) : IGoldenKind
{
    /// <summary>Of the float32 tolerance, what a float64 evaluation may differ by.</summary>
    private protected const double InFloat64 = 1e-3;

    /// <summary>The same for autoencoders, of which diffusers takes the softmax in float32 also then.</summary>
    private protected const double InFloat64WithSoftmax = 0.05;

    /// <inheritdoc/>
    public bool Handles(GoldenFile file) => file.IsCase && classes.Contains(file.Text("cls"));

    /// <inheritdoc/>
    public IEnumerable<CaseResult> Run(GoldenFile file)
    {
        var kind = file.Text("cls")!;
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        try
        {
            var comparison = new Comparison();
            Compare(file, comparison);
            return [comparison.Result(file.Name, kind)];
        }
        catch (Exception error) when (CaseFault.Is(error))
        {
            return [CaseResult.Failed(file.Name, kind, error.Message.ReplaceLineEndings(" "))];
        }
    }

    /// <summary>Computes everything that the case has and compares it.</summary>
    private protected abstract void Compare(GoldenFile file, Comparison comparison);

    /// <summary>The recorded tensors.</summary>
    private protected static SafetensorsFile Recorded(GoldenFile file) => SafetensorsFile.Open(Path.Combine(file.Folder, "io.safetensors"));

    /// <summary>The network of the case's configuration, with its weights.</summary>
    private protected static T Loaded<T>(GoldenFile file, T network, KeyMap names)
        where T : nn.Module
    {
        using var weights = SafetensorsFile.Open(Path.Combine(file.Folder, file.Text("weights")!));
        WeightLoading.Load(network, weights, names);
        network.eval();
        return network;
    }

    /// <summary>Compares what is recorded under a name; what the case has not is passed over.</summary>
    private protected static void If(SafetensorsFile io, string name, Func<Tensor> ours, CaseTolerances tolerances, Comparison comparison)
    {
        if (io.Contains(name))
        {
            using var scope = NewDisposeScope();
            var reference = io.Read(name);
            comparison.Elements(name, ours(), reference, tolerances.Scaled(reference), tolerances.Relative);
        }
    }

    /// <summary>Compares parts while a network runs: the first sample of each is recorded as <c>act.NAME</c>.</summary>
    private protected static Action<string, Tensor> Watch(SafetensorsFile io, CaseTolerances tolerances, Comparison comparison) =>
        (name, value) => If(io, $"act.{name}", () => value[..1], tolerances, comparison);
}
