namespace Brownian;

/// <summary>Things that have names, found by any of them: case, spaces, dashes and underscores do not matter.</summary>
/// <typeparam name="T">What is named.</typeparam>
/// <param name="what">What the things are called in an error, such as "sampler".</param>
/// <param name="rows">Each thing with its names, the main one first.</param>
public sealed class NameTable<T>(string what, IEnumerable<(IReadOnlyList<string> Names, T Value)> rows)
{
    private readonly (IReadOnlyList<string> Names, T Value)[] rows = [.. rows];

    /// <summary>The main names, in the table's order.</summary>
    public IReadOnlyList<string> Names => [.. rows.Select(row => row.Names[0])];

    /// <summary>The thing with this name.</summary>
    /// <exception cref="ArgumentException">There is none; the message has the nearest name, if one is near, and all main names.</exception>
    public T Find(string name)
    {
        var wanted = Plain(name);
        foreach (var (names, value) in rows)
        {
            if (names.Any(n => Plain(n) == wanted))
            {
                return value;
            }
        }

        var known = rows.SelectMany(row => row.Names).ToArray();
        var nearest = NearestName.Find(wanted, [.. known.Select(Plain)]) is { } plain ? $"Did you mean '{Array.Find(known, n => Plain(n) == plain)}'? " : "";
        throw new ArgumentException($"{what}: there is no '{name}'. {nearest}There are: {string.Join(", ", Names)}.", nameof(name));
    }

    /// <summary>Whether anything has this name.</summary>
    public bool Contains(string name) => rows.Any(row => row.Names.Any(n => Plain(n) == Plain(name)));

    private static string Plain(string name) => string.Concat(name.Where(c => c is not (' ' or '-' or '_'))).ToUpperInvariant();
}
