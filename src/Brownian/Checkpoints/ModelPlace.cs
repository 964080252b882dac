namespace Brownian.Checkpoints;

/// <summary>Where the parts of a model lie.</summary>
/// <param name="Folder">The folder with model_index.json.</param>
/// <param name="Weights">The weights' file.</param>
internal sealed record ModelPlace(string Folder, string Weights)
{
    /// <summary>The pipeline of networks that diffusers does not have.</summary>
    public const string OwnPipeline = "BrownianPipeline";

    private static readonly string[] Pipelines = ["DDPMPipeline", "DDIMPipeline", "ScoreSdeVePipeline", "KarrasVePipeline", "RePaintPipeline", OwnPipeline];

    /// <summary>The file with the network's configuration.</summary>
    public string NetworkConfig => Path.Combine(Folder, "unet", "config.json");

    /// <summary>Finds them.</summary>
    /// <param name="path">A diffusers folder, a run, or a checkpoint of a run.</param>
    /// <param name="raw">Whether the weights that the optimizer moves are wanted.</param>
    public static ModelPlace Find(string path, bool raw)
    {
        if (!Directory.Exists(path))
        {
            throw new CheckpointFormatException(
                path, File.Exists(path) ? "expected a folder, got a file" : "there is no such folder", "Give a run folder or a diffusers folder.");
        }

        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(Path.Combine(full, CheckpointManifest.FileName)))
        {
            return OfCheckpoint(CheckpointReader.Open(full), raw);
        }

        CheckIndex(full);
        if (!raw)
        {
            return new(full, TensorSearch.In(Path.Combine(full, "unet")));
        }

        using var run = RunFolder.OpenRead(full);
        return OfCheckpoint(run.LatestCheckpoint() ?? throw new CheckpointFormatException(
            path, "the run has no whole checkpoint to take raw weights from", "Leave out the wish for raw weights."), raw);
    }

    private static ModelPlace OfCheckpoint(CheckpointReader checkpoint, bool raw)
    {
        var root = Path.GetDirectoryName(Path.GetDirectoryName(checkpoint.Path)!)!;
        CheckIndex(root);
        var part = raw ? CheckpointPart.Weights : CheckpointPart.Ema;
        using var file = checkpoint.OpenTensors(part);
        return new(root, file.Path);
    }

    private static void CheckIndex(string folder)
    {
        var path = Path.Combine(folder, DiffusersFolder.Index);
        if (!File.Exists(path))
        {
            throw new CheckpointFormatException(
                folder,
                RunFolder.IsRun(folder) ? "the run has saved no model yet" : "the folder has no model_index.json",
                RunFolder.IsRun(folder) ? "Wait for its first checkpoint." : "Give a run folder or a diffusers folder.");
        }

        var name = JsonFile.ReadObject(path).Text("_class_name");
        if (name is null || !Pipelines.Contains(name, StringComparer.Ordinal))
        {
            throw new CheckpointFormatException(
                path, $"its pipeline is '{name}'; loadable are {string.Join(", ", Pipelines)}", "This version loads unconditional and class-conditional image models.");
        }
    }
}
