namespace Brownian.Training;

/// <summary>Configurations that are known to work, by image size: YAML files that a person can read and change.</summary>
public static class Presets
{
    /// <summary>The names, smallest images first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["tiny", "mnist", "cifar", "cifar-ddpm", "64", "128"];

    /// <summary>The YAML text of a preset.</summary>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public static string Text(string name) => NamedConfig.Text("preset", "Presets", name, Names);

    /// <summary>A preset as a value.</summary>
    /// <inheritdoc cref="Text" path="/exception"/>
    public static TrainingConfig Load(string name) => ConfigFile.Load(name);

    /// <summary>The preset for images of this size.</summary>
    /// <param name="size">The larger side in pixels.</param>
    /// <param name="channels">1, 3 or 4.</param>
    public static string For(int size, int channels) => (size, channels) switch
    {
        ( <= 16, _) => "tiny",
        ( <= 32, 1) => "mnist",
        ( <= 32, _) => "cifar",
        ( <= 64, _) => "64",
        _ => "128",
    };
}
