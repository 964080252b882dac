namespace Brownian.Training;

/// <summary>
/// The frameworks of the field as layers of settings: path, output, objective, recommended sampler, and optimizer or averaging where they
/// matter. A family lies over a preset, which brings network, batch and budget for an image size: YAML files that a person can read and change.
/// </summary>
public static class Families
{
    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["ddpm", "iddpm", "ncsn", "ncsnv2", "ve", "vp", "subvp", "edm", "flow", "diffusion2015", "binomial2015", "consistency"];

    /// <summary>The YAML text of a family.</summary>
    /// <exception cref="ArgumentException">There is no such family; the message has the nearest name and all names.</exception>
    public static string Text(string name) => NamedConfig.Text("family", "Families", name, Names);

    /// <summary>What a family is, in a sentence.</summary>
    /// <inheritdoc cref="Text" path="/exception"/>
    public static string Description(string name) => ConfigText.ReadObject(Text(name), name)["description"]?.ToString() ?? name;
}
