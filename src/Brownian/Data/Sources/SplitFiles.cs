namespace Brownian.Data.Sources;

/// <summary>Finds the part of a folder that is the split asked for, by the names of its folders and files.</summary>
internal static class SplitFiles
{
    private static readonly string[] Splits = ["train", "test", "heldout", "validation", "valid", "val"];

    /// <summary>The sub-folder named like the split where the folder has splits; the folder itself otherwise, as <c>train</c>.</summary>
    public static string FolderOf(string folder, string split)
    {
        var part = Path.Combine(folder, split);
        if (Directory.Exists(part))
        {
            return part;
        }

        var others = Splits.Where(other => Directory.Exists(Path.Combine(folder, other))).ToArray();
        return others.Length == 0 && split == "train" ? folder : throw Missing(folder, split, others);
    }

    /// <summary>The files that name the split in their path where any names one; all of them otherwise, as <c>train</c>.</summary>
    public static string[] Of(string folder, string[] paths, string split)
    {
        var splitOf = Array.ConvertAll(paths, path => Array.Find(Splits, name => Names(Path.GetRelativePath(folder, path), name)));
        var chosen = paths.Where((_, i) => splitOf[i] == split).ToArray();
        if (chosen.Length > 0)
        {
            return OneKind(folder, chosen);
        }

        var others = splitOf.OfType<string>().Distinct().ToArray();
        return others.Length == 0 && split == "train" ? OneKind(folder, paths) : throw Missing(folder, split, others);
    }

    /// <summary>Whether a path has the split as a word: <c>data/train-00000-of-00001.parquet</c>, <c>test/0.tar</c>.</summary>
    private static bool Names(string path, string split) =>
        path.Split('/', '\\', '-', '_', '.').Contains(split, StringComparer.OrdinalIgnoreCase);

    private static string[] OneKind(string folder, string[] paths) =>
        paths.Select(Path.GetExtension).Distinct().Count() == 1
            ? paths
            : throw new ArgumentException($"{folder} has both .parquet and .tar files; give the path of one of them.");

    private static ArgumentException Missing(string folder, string split, string[] others) =>
        new($"{folder} has no split '{split}'{(others.Length > 0 ? $"; it has {string.Join(", ", others)}" : ": a folder without parts is the split train")}.");
}
