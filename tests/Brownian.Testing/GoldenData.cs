namespace Brownian.Testing;

/// <summary>Numbers that reference implementations computed, kept under tests/golden.</summary>
public static class GoldenData
{
    /// <summary>The folder tests/golden of this repository.</summary>
    public static string Root { get; } = Find();

    /// <summary>A file or folder in it.</summary>
    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "golden");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException($"tests/golden: not found above {AppContext.BaseDirectory}.");
    }
}
