using System.Text.Json;
using System.Text.Json.Nodes;
using Brownian.Networks;

namespace Brownian.Checkpoints;

/// <summary>Finds out what a file or folder is.</summary>
internal sealed class CheckpointDescription(string path, bool hashes)
{
    private readonly List<string> problems = [];

    public CheckpointInfo Describe()
    {
        var info = File.Exists(path) ? OfFile()
            : Directory.Exists(path) ? OfFolder()
            : throw new CheckpointFormatException(path, "there is no such file or folder", "Check the path.");
        return info with { Problems = problems };
    }

    private CheckpointInfo OfFolder()
    {
        if (File.Exists(In(CheckpointManifest.FileName)))
        {
            return OfTrainingCheckpoint();
        }

        if (RunFolder.IsRun(path))
        {
            return OfRun();
        }

        return DiffusersFolder.IsDiffusers(path) ? OfDiffusers(CheckpointKind.Diffusers)
            : File.Exists(In("case.json")) ? OfGoldenCase()
            : File.Exists(In("config.json")) ? new() { Path = path, Kind = CheckpointKind.Component, Weights = Weights(path, SearchOption.TopDirectoryOnly) }
            : throw new CheckpointFormatException(
                path, "it is no checkpoint: it has no model_index.json, checkpoints/, manifest.json, config.json or case.json",
                "Give a run, a diffusers folder, one of its networks, or a weights' file.");
    }

    private CheckpointInfo OfRun()
    {
        using var run = RunFolder.OpenRead(path);
        var checkpoints = run.Checkpoints().Select(c => new SavedCheckpoint(c.Step, c.Path, c.Bytes)).ToArray();
        if (!DiffusersFolder.IsDiffusers(path))
        {
            problems.Add("the run has published no model yet");
            return new() { Path = path, Kind = CheckpointKind.Run, Checkpoints = checkpoints };
        }

        return OfDiffusers(CheckpointKind.Run) with { Checkpoints = checkpoints };
    }

    private CheckpointInfo OfTrainingCheckpoint()
    {
        if (CheckpointReader.TryOpen(path, hashes, out var problem) is not { } reader)
        {
            problems.Add($"the checkpoint is not whole: {problem}");
            return new() { Path = path, Kind = CheckpointKind.TrainingCheckpoint };
        }

        var weights = Weights(path, SearchOption.TopDirectoryOnly);
        var run = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(reader.Path)));
        var info = run is not null && DiffusersFolder.IsDiffusers(run) ? new CheckpointDescription(run, false).OfDiffusers(CheckpointKind.Run) : null;
        return (info ?? new() { Path = path, Kind = CheckpointKind.TrainingCheckpoint }) with
        {
            Path = path,
            Kind = CheckpointKind.TrainingCheckpoint,
            Weights = weights,
            Training = (info?.Training ?? new()) with { Step = reader.Step, Weights = null, Images = null },
            Checkpoints = [],
        };
    }

    private CheckpointInfo OfDiffusers(CheckpointKind kind)
    {
        var index = JsonFile.ReadObject(In(DiffusersFolder.Index));
        var parts = index.Where(p => p.Value is JsonArray && Directory.Exists(In(p.Key))).Select(p => p.Key);
        var weights = parts.SelectMany(p => Weights(In(p), SearchOption.TopDirectoryOnly)).ToArray();
        var info = new CheckpointInfo { Path = path, Kind = kind, Pipeline = index.Text("_class_name"), Weights = weights };
        if (Try(Ours) is not { } ours)
        {
            return info;
        }

        var notes = weights.FirstOrDefault()?.Notes ?? new Dictionary<string, string>();
        return info with
        {
            ForwardPath = ours.Path,
            Parameterization = ours.Parameterization,
            Image = ours.Image,
            ClassCount = ours.ClassCount,
            ClassNames = ours.ClassNames,
            NullLabel = ours.NullLabel,
            Sampling = ours.Sampling,
            Training = (ours.Training ?? new()) with { Step = WeightNotes.Step(notes), Images = WeightNotes.Images(notes), Weights = WeightNotes.Part(notes) },
        };
    }

    private BrownianFile? Ours()
    {
        if (BrownianFile.Read(path) is { } file)
        {
            return file;
        }

        // Pipelines of several networks are described by their parts only.
        var place = ModelPlace.Find(path, raw: false);
        return ForeignFolder.Read(path, NetworkConfig.Read(JsonFile.ReadText(place.NetworkConfig)));
    }

    private CheckpointInfo OfGoldenCase() => new()
    {
        Path = path,
        Kind = CheckpointKind.GoldenCase,
        Pipeline = JsonFile.ReadObject(In("case.json")).Text("cls"),
        Weights = [.. Weights(path, SearchOption.AllDirectories).Where(w => w.Name != "io.safetensors")],
    };

    private CheckpointInfo OfFile()
    {
        Span<byte> start = stackalloc byte[9];
        using (var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete))
        {
            start = start[..RandomAccess.Read(file, start, 0)];
        }

        var kind = KindOf(start);
        if (kind is not CheckpointKind.Safetensors)
        {
            problems.Add($"this version does not read {kind} files; save the weights as safetensors");
            return new() { Path = path, Kind = kind };
        }

        var info = WeightsInfo.Of(path, path, hashes);
        return new()
        {
            Path = path,
            Kind = kind,
            Weights = [info],
            Training = new() { Step = WeightNotes.Step(info.Notes), Images = WeightNotes.Images(info.Notes), Weights = WeightNotes.Part(info.Notes) },
        };
    }

    // A safetensors file has its JSON at byte 8, so that a header length which looks like another format's mark misleads nobody.
    private CheckpointKind KindOf(ReadOnlySpan<byte> start)
    {
        if (start is [_, _, _, _, _, _, _, _, (byte)'{'])
        {
            return CheckpointKind.Safetensors;
        }

        if (start.StartsWith("PK\x03\x04"u8))
        {
            return path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) ? CheckpointKind.NumPy : CheckpointKind.PyTorch;
        }

        return start.Length > 6 && start[0] == 0x93 && start[1..6].SequenceEqual("NUMPY"u8) ? CheckpointKind.NumPy
            : start is [0x80, >= 2 and <= 5, ..] ? CheckpointKind.PyTorch
            : CheckpointKind.Safetensors;
    }

    // A damaged file among several is told and does not hide the others.
    private List<WeightsInfo> Weights(string folder, SearchOption depth)
    {
        var found = new List<WeightsInfo>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.safetensors", depth).Order(StringComparer.Ordinal))
        {
            if (Try(() => WeightsInfo.Of(path, file, hashes)) is { } info)
            {
                found.Add(info);
            }
        }

        return found;
    }

    private T? Try<T>(Func<T> read)
        where T : class?
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CheckpointFormatException or JsonException or ArgumentException)
        {
            problems.Add(e.Message);
            return null;
        }
    }

    private string In(params string[] parts) => Path.Combine([path, .. parts]);
}
