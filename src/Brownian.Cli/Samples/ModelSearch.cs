using Brownian.Checkpoints;

namespace Brownian.Cli.Samples;

/// <summary>Finds the model of a picture: where the user says, where the picture says, or near the picture by its SHA-256.</summary>
internal static class ModelSearch
{
    private const int Levels = 3;

    /// <exception cref="UsageException">It is not found.</exception>
    public static string Find(SampleRecord record, string picture, string? wish)
    {
        if (wish is not null)
        {
            return wish;
        }

        // A run that was trained further is still where it was, but is another model.
        var candidates = Near(picture).Prepend(record.Model).Where(IsModel);
        return candidates.FirstOrDefault(folder => HasWeights(folder, record)) ?? (IsModel(record.Model) ? record.Model : null) ?? throw new UsageException(
            $"the model of this picture is neither at {record.Model} nor near the picture (weights with SHA-256 {record.ModelSha256[..16]}…). Say where it is with --model.");
    }

    private static bool IsModel(string folder) => DiffusersFolder.IsDiffusers(folder) || File.Exists(Path.Combine(folder, "manifest.json"));

    // The picture's folder and those above it, each with the folders in it.
    private static IEnumerable<string> Near(string picture)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(picture));
        for (var level = 0; level < Levels && folder is not null; level++, folder = Path.GetDirectoryName(folder))
        {
            foreach (var near in Directory.EnumerateDirectories(folder).Prepend(folder).Where(IsModel))
            {
                yield return near;
            }
        }
    }

    private static bool HasWeights(string folder, SampleRecord record)
    {
        try
        {
            if (Drawings.Drawing.Knows(folder))
            {
                return PipelineFolder.Open(folder).WeightsSha256("unet") == record.ModelSha256;
            }

            if (Drawings.UnClipDrawing.Knows(folder))
            {
                return Drawings.UnClipDrawing.Hash(folder) == record.ModelSha256;
            }

            using var bundle = ModelBundle.Load(folder, record.Raw);
            return bundle.WeightsSha256() == record.ModelSha256;
        }
        catch (Exception e) when (e is CheckpointFormatException or MissingWeightException or IOException)
        {
            return false;
        }
    }
}
