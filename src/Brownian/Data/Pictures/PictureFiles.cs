namespace Brownian.Data;

/// <summary>The images of a folder.</summary>
public static class PictureFiles
{
    // What `brownian sample` draws beside its pictures to be looked at: no images of the set.
    private static readonly string[] Overviews = ["grid.png", "trajectory.png", "trajectory.webp"];
    private const string FirstSample = "000000.png";

    /// <summary>Paths below <paramref name="folder"/>, with / between names, in ordinal order; nothing hidden, and no overview of samples.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static string[] In(string folder)
    {
        var found = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Where(IsImage)
            .Order(StringComparer.Ordinal)
            .ToArray();
        var sampled = found.Where(file => Path.GetFileName(file) == FirstSample).Select(FolderOf).ToHashSet(StringComparer.Ordinal);
        return [.. found.Where(file => !(Overviews.Contains(Path.GetFileName(file)) && sampled.Contains(FolderOf(file))))];
    }

    private static bool IsImage(string file) =>
        ImageCodec.Extensions.Contains(Path.GetExtension(file).ToLowerInvariant()) && !file.Split('/').Any(part => part.StartsWith('.'));

    private static string FolderOf(string file) => file[..(file.LastIndexOf('/') + 1)];
}
