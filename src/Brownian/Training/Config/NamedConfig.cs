namespace Brownian.Training;

/// <summary>YAML files that come with the library, by name.</summary>
internal static class NamedConfig
{
    /// <summary>The text of a file.</summary>
    /// <param name="what">What the files are called in an error.</param>
    /// <param name="folder">Their folder under Training.</param>
    /// <param name="name">The name wanted.</param>
    /// <param name="names">The names there are.</param>
    /// <exception cref="ArgumentException">There is no such file; the message has the nearest name and all names.</exception>
    public static string Text(string what, string folder, string name, IReadOnlyList<string> names)
    {
        using var stream = typeof(NamedConfig).Assembly.GetManifestResourceStream($"Brownian.Training.{folder}.{name}.yaml")
            ?? throw new ArgumentException(
                $"{what}: there is no '{name}'. " + (NearestName.Find(name, names) is { } nearest ? $"Did you mean {nearest}? " : "")
                + $"There are: {string.Join(", ", names)}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
