using System.Text.Json.Nodes;
using Brownian.Networks;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>
/// A folder of several networks in diffusers' layout: <c>model_index.json</c> names the pipeline and its parts, and each part lies in a folder of its own. Nothing
/// is loaded before it is asked for.
/// </summary>
public sealed class PipelineFolder
{
    private readonly JsonObject index;

    private PipelineFolder(string path, JsonObject index) => (Path, this.index) = (path, index);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The pipeline's class, such as "StableDiffusionPipeline".</summary>
    public string ClassName => index.Text("_class_name") ?? "";

    /// <summary>The names of the parts that the folder has, such as "unet".</summary>
    public IEnumerable<string> Parts => index.Select(entry => entry.Key).Where(Has);

    /// <summary>Opens a folder: reads its <c>model_index.json</c>.</summary>
    /// <exception cref="CheckpointFormatException">It has none, or one that cannot be read.</exception>
    public static PipelineFolder Open(string path)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        return Directory.Exists(full)
            ? new(full, JsonFile.ReadObject(System.IO.Path.Combine(full, DiffusersFolder.Index)))
            : throw new CheckpointFormatException(
                path, File.Exists(full) ? "expected a folder, got a file" : "there is no such folder", "Give a folder with model_index.json.");
    }

    /// <summary>Whether the index names a part, and not as absent.</summary>
    public bool Has(string part) => index[part] is JsonArray { Count: 2 } names && names[1] is JsonValue value && value.TryGetValue(out string? _);

    /// <summary>The class of a part, such as "CLIPTextModel"; null if there is no such part.</summary>
    public string? ClassOf(string part) => Has(part) ? index[part]![1]!.GetValue<string>() : null;

    /// <summary>A setting of the pipeline as a whole; null where there is none.</summary>
    public JsonNode? Setting(string name) => index[name] is JsonArray ? null : index[name];

    /// <summary>A file of a part.</summary>
    /// <exception cref="CheckpointFormatException">The pipeline has no such part.</exception>
    public string FileOf(string part, string file) => Has(part)
        ? System.IO.Path.Combine(Path, part, file)
        : throw new CheckpointFormatException(
            System.IO.Path.Combine(Path, DiffusersFolder.Index), $"the {ClassName} has no part '{part}'; it has {string.Join(", ", Parts)}",
            "Give a folder of a pipeline that has it.");

    /// <summary>The configuration of a part, from its <c>config.json</c> or another file.</summary>
    /// <param name="part">The part.</param>
    /// <param name="file">The file.</param>
    /// <exception cref="CheckpointFormatException">The part or the file is missing or damaged.</exception>
    public JsonObject Config(string part, string file = "config.json") => JsonFile.ReadObject(FileOf(part, file));

    /// <summary>The scheduler, in our words.</summary>
    /// <param name="part">Its part; unCLIP has several.</param>
    /// <param name="asDiffusers">See <see cref="DiffusersScheduler.Read(JsonObject, bool)"/>.</param>
    /// <exception cref="CheckpointFormatException">It is missing, or cannot be read.</exception>
    public DiffusersScheduler Scheduler(string part = "scheduler", bool asDiffusers = false) =>
        JsonFile.Make(FileOf(part, "scheduler_config.json"), json =>
        {
            var config = JsonFile.ParseObject(json);
            return part == "scheduler" && config.Text("_class_name") is { } name
                ? LatentScheduler.Read(ClassName, name, config, asDiffusers)
                : DiffusersScheduler.Read(config, asDiffusers);
        });

    /// <summary>A network of a part: its shape from <c>config.json</c>, and its weights, in evaluation mode on the CPU. The caller owns it.</summary>
    /// <remarks>Large matrices and kernels stay in half precision if the file has them so, and are converted where they are used.</remarks>
    /// <param name="part">The part.</param>
    /// <param name="make">Makes the network from the text of its configuration.</param>
    /// <param name="names">How older names read.</param>
    /// <exception cref="CheckpointFormatException">The part is missing, damaged, or of another kind.</exception>
    /// <exception cref="MissingWeightException">Weights and configuration do not match.</exception>
    public T Network<T>(string part, Func<string, T> make, KeyMap? names = null)
        where T : nn.Module
    {
        _ = Config(part);
        using var weights = TensorFile.Open(WeightsOf(part));
        var network = JsonFile.Make(FileOf(part, "config.json"), json =>
        {
            using var loading = new WeightsToCome(HalfOf(weights));
            return make(json);
        });
        try
        {
            WeightLoading.Load(network, weights, names ?? KeyMap.OldDiffusers);
            network.eval();
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The file with a part's weights, in any format that can be read.</summary>
    /// <exception cref="CheckpointFormatException">There is none, or more than one that could be meant.</exception>
    public string WeightsOf(string part) => TensorSearch.In(System.IO.Path.TrimEndingDirectorySeparator(FileOf(part, "")));

    /// <summary>SHA-256 of the file with a part's weights, in lower-case hexadecimal.</summary>
    /// <exception cref="CheckpointFormatException">There is none that can be read.</exception>
    public string WeightsSha256(string part) => CheckpointManifest.Hash(WeightsOf(part));

    // The half type of a file whose weights are in one.
    private static ScalarType? HalfOf(TensorFile weights)
    {
        var types = weights.Keys.Select(key => weights.Info(key)).Where(entry => entry.Shape.Count > 1).Select(entry => entry.Type.ScalarType).Distinct().Take(2).ToArray();
        return types is [ScalarType.Float16 or ScalarType.BFloat16] ? types[0] : null;
    }
}
