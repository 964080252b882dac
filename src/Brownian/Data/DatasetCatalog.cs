using Brownian.Data.BuiltIn;
using Brownian.Data.Formats;

namespace Brownian.Data;

/// <summary>Opens data sets by name or path.</summary>
public static class DatasetCatalog
{
    /// <summary>The names that <see cref="Open"/> knows besides paths.</summary>
    public static IReadOnlyList<string> Names { get; } = ["builtin:strokes", "builtin:scenes", "mnist", "fashion-mnist"];

    /// <summary>Opens a data set.</summary>
    /// <param name="nameOrPath">One of <see cref="Names"/>, or a folder.</param>
    /// <param name="options">Split, size, channels, crop, local copies; the defaults when null.</param>
    /// <exception cref="ArgumentException">An unknown name.</exception>
    /// <exception cref="InvalidDataException">Damaged files.</exception>
    public static IImageDataset Open(string nameOrPath, DatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        options ??= DatasetOptions.Default;
        return nameOrPath switch
        {
            "builtin:strokes" => Drawn(new StrokesDataset(options.Split, options.Count, options.Seed, options.Size ?? 28), options),
            "builtin:scenes" => Drawn(new ScenesDataset(options.Split, options.Count, options.Seed, options.Size ?? 32), options),
            "mnist" => MnistFolder.Open(Local("mnist", options), options.Split, "mnist", MnistFolder.Digits),
            "fashion-mnist" => MnistFolder.Open(Local("fashion-mnist", options), options.Split, "fashion-mnist", MnistFolder.Clothes),
            _ => throw new ArgumentException($"Unknown data set '{nameOrPath}'; expected {string.Join(", ", Names)} or a path.", nameof(nameOrPath)),
        };
    }

    private static IImageDataset Drawn(IImageDataset drawn, DatasetOptions options) =>
        (long)drawn.Count * drawn.Channels * drawn.Height * drawn.Width <= options.MemoryBudget ? MemoryDataset.Load(drawn, options.Threads) : drawn;

    private static string Local(string name, DatasetOptions options)
    {
        var folder = options.DataDirectory ?? throw new ArgumentException($"{name} needs --data-dir, a folder with its files.");
        return Directory.Exists(Path.Combine(folder, name)) ? Path.Combine(folder, name) : folder;
    }
}
