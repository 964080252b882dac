using Brownian.Data.BuiltIn;
using Brownian.Data.Download;
using Brownian.Data.Formats;
using Brownian.Data.Sources;

namespace Brownian.Data;

/// <summary>Opens data sets by name or path.</summary>
public static class DatasetCatalog
{
    /// <summary>The names that <see cref="Open"/> knows besides paths.</summary>
    public static IReadOnlyList<string> Names { get; } = ["builtin:strokes", "builtin:scenes", "mnist", "fashion-mnist", "cifar10"];

    /// <summary>Opens a data set.</summary>
    /// <param name="nameOrPath">
    /// One of <see cref="Names"/>, or a path: a folder of images (sub-folders are classes, metadata.jsonl or metadata.csv give captions), of
    /// IDX files, of CIFAR binary files, of Parquet files or of WebDataset tar files, or one Parquet or tar file.
    /// </param>
    /// <param name="options">Split, size, channels, crop, local copies; the defaults when null.</param>
    /// <exception cref="ArgumentException">An unknown name or split.</exception>
    /// <exception cref="DownloadException">A named set that is neither local nor could be downloaded.</exception>
    /// <exception cref="InvalidDataException">Damaged files, or more than 1 % unreadable images.</exception>
    public static IImageDataset Open(string nameOrPath, DatasetOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        options ??= DatasetOptions.Default;
        return nameOrPath switch
        {
            "builtin:strokes" => Drawn(new StrokesDataset(options.Split, options.Count, options.Seed, options.Size ?? 28), options),
            "builtin:scenes" => Drawn(new ScenesDataset(options.Split, options.Count, options.Seed, options.Size ?? 32), options),
            "mnist" => Fitted(MnistFolder.Open(Local("mnist", options), options.Split, "mnist", MnistFolder.Digits), options),
            "fashion-mnist" => Fitted(MnistFolder.Open(Local("fashion-mnist", options), options.Split, "fashion-mnist", MnistFolder.Clothes), options),
            "cifar10" => Fitted(Cifar10(Local("cifar10", options), "cifar10", options), options),
            _ when Directory.Exists(nameOrPath) => Folder(nameOrPath, options),
            _ when File.Exists(nameOrPath) => Files(nameOrPath, [nameOrPath], options),
            _ => throw new ArgumentException($"Unknown data set '{nameOrPath}'; expected {string.Join(", ", Names)}, or the path of a folder, a .parquet or a .tar file.", nameof(nameOrPath)),
        };
    }

    private static IImageDataset Drawn(IImageDataset drawn, DatasetOptions options)
    {
        var fits = (long)drawn.Count * drawn.Channels * drawn.Height * drawn.Width <= options.MemoryBudget;
        return Fitted(fits ? MemoryDataset.Load(drawn, options.Threads) : drawn, options);
    }

    private static IImageDataset Folder(string folder, DatasetOptions options)
    {
        if (MnistFolder.IsIn(folder, options.Split))
        {
            return Fitted(MnistFolder.Open(folder, options.Split, folder, null), options);
        }

        if (CifarFolder.IsTenIn(folder, options.Split) || CifarPlanes.IsIn(folder, options.Split))
        {
            return Fitted(Cifar10(folder, folder, options), options);
        }

        if (CifarFolder.IsHundredIn(folder, options.Split))
        {
            return Fitted(CifarFolder.OpenHundred(folder, options.Split, folder), options);
        }

        var archives = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => path.EndsWith(".parquet", StringComparison.Ordinal) || path.EndsWith(".tar", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToArray();
        return archives.Length > 0
            ? Files(folder, SplitFiles.Of(folder, archives, options.Split), options)
            : new DecodedDataset(new FolderSource(SplitFiles.FolderOf(folder, options.Split)), options);
    }

    private static DecodedDataset Files(string name, string[] paths, DatasetOptions options)
    {
        PictureSource source = Path.GetExtension(paths[0]) switch
        {
            ".parquet" => new ParquetSource(name, paths, options.MemoryBudget / 2),
            ".tar" => new TarSource(name, paths),
            var other => throw new ArgumentException($"Cannot open {name}: expected a folder, a .parquet or a .tar file; got '{other}'.", nameof(name)),
        };
        return new DecodedDataset(source, options);
    }

    /// <summary>The set in another size or with other channels where they are asked for.</summary>
    private static IImageDataset Fitted(IImageDataset set, DatasetOptions options) =>
        (options.Size ?? set.Height) == set.Height && (options.Size ?? set.Width) == set.Width && (options.Channels ?? set.Channels) == set.Channels
            ? set
            : new DecodedDataset(new DatasetSource(set), options);

    private static MemoryDataset Cifar10(string folder, string name, DatasetOptions options) =>
        !CifarFolder.IsTenIn(folder, options.Split) && CifarPlanes.IsIn(folder, options.Split)
            ? CifarPlanes.Open(folder, options.Split, name)
            : CifarFolder.OpenTen(folder, options.Split, name);

    /// <summary>The folder with the files of a named set: a local one (or its sub-folder of that name), or the cache.</summary>
    private static string Local(string name, DatasetOptions options)
    {
        if (options.DataDirectory is not { } folder)
        {
            return DatasetCache.Fetch(name, options.DownloadProgress, options.Cancellation);
        }

        string[] folders = [Path.Combine(folder, name), Path.Combine(folder, "cifar-10-batches-bin"), folder];
        return Array.Find(folders, Directory.Exists) ?? throw new DirectoryNotFoundException($"There is no folder {folder} (--data-dir).");
    }
}
