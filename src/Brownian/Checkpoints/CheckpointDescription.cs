using System.Text.Json;
using System.Text.Json.Nodes;
using Brownian.Data.Text;
using Brownian.Networks;

namespace Brownian.Checkpoints;

/// <summary>Finds out what a file or folder is.</summary>
internal sealed class CheckpointDescription(string path, bool hashes)
{
    private const string SchedulerFile = "scheduler_config.json";

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
            : File.Exists(In("config.json")) ? OfComponent()
            : File.Exists(In(SchedulerFile)) ? OfScheduler()
            : TokenizerFiles.AreIn(path) ? new() { Path = path, Kind = CheckpointKind.Tokenizer, Tokenizer = Try(TokenizerOf) }
            : TensorSearch.AllIn(path, SearchOption.TopDirectoryOnly).Count > 0 ? new() { Path = path, Kind = CheckpointKind.Weights, Weights = Weights(path, SearchOption.TopDirectoryOnly) }
            : throw new CheckpointFormatException(
                path, "it is no checkpoint: it has no model_index.json, checkpoints/, manifest.json, config.json or case.json, no weights and no tokenizer",
                "Give a run, a diffusers folder, one of its parts, or a weights' file.");
    }

    private CheckpointInfo OfScheduler()
    {
        var scheduler = Try(() => DiffusersScheduler.Read(JsonFile.ReadObject(In(SchedulerFile))));
        return new() { Path = path, Kind = CheckpointKind.Scheduler, Pipeline = scheduler?.ClassName, ForwardPath = scheduler?.Path, Parameterization = scheduler?.Parameterization };
    }

    private TokenizerInfo TokenizerOf()
    {
        if (IsUnigram())
        {
            var pieces = T5Tokenizer.Load(path);
            return new("T5 pieces", pieces.Count, pieces.MaxLength);
        }

        var pairs = ClipTokenizer.Load(path);
        return new("CLIP byte pairs", pairs.Count, pairs.MaxLength);
    }

    private bool IsUnigram() => File.Exists(In("spiece.model"))
        || (File.Exists(In("tokenizer.json")) && !File.Exists(In("vocab.json")) && File.ReadAllText(In("tokenizer.json")).Contains("\"Unigram\"", StringComparison.Ordinal));

    private CheckpointInfo OfComponent()
    {
        var weights = Weights(path, SearchOption.TopDirectoryOnly);
        CompareNames(path);
        return new() { Path = path, Kind = CheckpointKind.Component, Weights = weights };
    }

    // The weights of a network whose shape is known are compared with it, name by name.
    private void CompareNames(string folder)
    {
        if (Try(() => KnownNetworks.Problem(folder)) is { } problem)
        {
            problems.Add(problem);
        }
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
        if (Try(() => JsonFile.ReadObject(In(DiffusersFolder.Index))) is not { } index)
        {
            return new() { Path = path, Kind = kind };
        }

        var parts = index.Where(p => p.Value is JsonArray && Directory.Exists(In(p.Key))).Select(p => p.Key);
        var weights = parts.SelectMany(p => Weights(In(p), SearchOption.TopDirectoryOnly)).ToArray();
        var info = new CheckpointInfo { Path = path, Kind = kind, Pipeline = index.Text("_class_name"), Weights = weights };
        foreach (var part in parts.Where(part => File.Exists(In(part, "config.json"))))
        {
            CompareNames(In(part));
        }

        if (PipelineDescription.Knows(info.Pipeline ?? ""))
        {
            return OfPipeline(info);
        }

        // What a loader will look for, also where brownian.json tells all about it.
        _ = Try(() => JsonFile.ReadText(ModelPlace.Find(path, raw: false).NetworkConfig));
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

    private CheckpointInfo OfPipeline(CheckpointInfo info)
    {
        var folder = PipelineFolder.Open(path);
        var description = new PipelineDescription(folder);
        foreach (var part in folder.Parts.Union(description.Needed))
        {
            // A network without weights has been told of already.
            if (!folder.Has(part) || !File.Exists(In(part, "config.json")))
            {
                Try(() =>
                {
                    description.Check(part);
                    return part;
                });
            }
        }

        return description.Complete(info);
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
        var info = WeightsInfo.Of(path, path, hashes);
        return new()
        {
            Path = path,
            Kind = info.Format,
            Weights = [info],
            Training = new() { Step = WeightNotes.Step(info.Notes), Images = WeightNotes.Images(info.Notes), Weights = WeightNotes.Part(info.Notes) },
        };
    }

    // A damaged file among several is told and does not hide the others.
    private List<WeightsInfo> Weights(string folder, SearchOption depth)
    {
        var found = new List<WeightsInfo>();
        foreach (var file in TensorSearch.AllIn(folder, depth))
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
        catch (Exception e) when (e is CheckpointFormatException or JsonException or ArgumentException or NotSupportedException or InvalidDataException or FormatException
            or InvalidOperationException)
        {
            if (!problems.Contains(e.Message))
            {
                problems.Add(e.Message);
            }

            return null;
        }
    }

    private string In(params string[] parts) => Path.Combine([path, .. parts]);
}
