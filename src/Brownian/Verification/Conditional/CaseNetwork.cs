using Brownian.Checkpoints;
using Brownian.Networks;
using static TorchSharp.torch;

namespace Brownian.Verification;

/// <summary>What network cases have in common: where their weights are, and how what flows inside is compared.</summary>
internal static class CaseNetwork
{
    /// <summary>Of the tolerance in float32: references keep float32 time features in float64 networks, and sines differ by an ulp between libraries.</summary>
    public const double ShareOfNoiseInFloat64 = 0.25;

    public static SafetensorsFile Tensors(GoldenFile file) => SafetensorsFile.Open(Path.Combine(file.Folder, "io.safetensors"));

    public static string Config(GoldenFile file) => file.Json.GetProperty("config").GetRawText();

    /// <summary>Loads the case's weights.</summary>
    /// <param name="module">Where to.</param>
    /// <param name="file">The case.</param>
    /// <param name="usual">The weights' file, where the case does not name it.</param>
    /// <param name="map">How names are translated.</param>
    public static void Load(nn.Module module, GoldenFile file, string usual, KeyMap? map = null)
    {
        using var weights = SafetensorsFile.Open(Path.Combine(file.Folder, file.Text("weights") ?? usual));
        WeightLoading.Load(module, weights, map);
        module.eval();
    }

    /// <summary>Compares what flows inside a network with what the case recorded, the first samples at least.</summary>
    /// <param name="network">The network.</param>
    /// <param name="io">The recorded tensors.</param>
    /// <param name="tolerances">Of the case.</param>
    /// <param name="comparison">Where results go.</param>
    /// <param name="theirs">Their name for ours; null for the same names.</param>
    public static void Watch(
        BlockNetwork network, SafetensorsFile io, CaseTolerances tolerances, Comparison comparison, Func<string, string?>? theirs = null) =>
        network.Trace = (name, value) =>
        {
            if ((theirs is null ? name : theirs(name)) is { } key && io.Contains($"act.{key}"))
            {
                var reference = io.Read($"act.{key}");
                comparison.Elements($"act.{key}", value[..(int)reference.size(0)], reference, tolerances.Scaled(reference), tolerances.Relative);
            }
        };
}
