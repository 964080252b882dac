using System.Text.Json.Nodes;

namespace Brownian.Checkpoints;

/// <summary>The files that converters write: configurations and weights, in the layout of diffusers and of Hugging Face.</summary>
internal static class FolderParts
{
    /// <summary>Writes the folder of one network, whole or not at all.</summary>
    public static void WriteOne(string target, JsonObject config, IEnumerable<TensorSource> tensors, bool replace) =>
        AtomicFolder.Write(target, folder => Network(folder, config, DiffusersFolder.WeightsFile, tensors), replace);

    /// <summary>Writes a network into a part of a pipeline's folder that is being written.</summary>
    /// <param name="folder">The pipeline.</param>
    /// <param name="name">The part.</param>
    /// <param name="config">The network's configuration.</param>
    /// <param name="file">The name of the file of weights.</param>
    /// <param name="tensors">The weights.</param>
    public static void Part(string folder, string name, JsonObject config, string file, IEnumerable<TensorSource> tensors) =>
        Network(Path.Combine(folder, name), config, file, tensors);

    /// <summary>Writes a JSON file into a folder that is being written.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="path">The file in it, in a folder of its own or not.</param>
    /// <param name="content">The object.</param>
    public static void Json(string folder, string path, JsonObject content)
    {
        var full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content.ToJsonString(new() { WriteIndented = true }) + "\n");
    }

    private static void Network(string folder, JsonObject config, string file, IEnumerable<TensorSource> tensors)
    {
        Json(folder, "config.json", config);
        SafetensorsWriter.Write(Path.Combine(folder, file), tensors);
    }
}
