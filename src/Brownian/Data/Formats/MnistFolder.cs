namespace Brownian.Data.Formats;

/// <summary>A folder with the four IDX files of MNIST or Fashion-MNIST, gzipped or not.</summary>
internal static class MnistFolder
{
    public static readonly IReadOnlyList<string> Digits = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    public static readonly IReadOnlyList<string> Clothes =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>The files of a split, without <c>.gz</c>.</summary>
    public static (string Images, string Labels) FilesOf(string split) => split switch
    {
        "train" => ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        "test" => ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
        _ => throw new ArgumentException($"MNIST sets have the splits train and test; got '{split}'.", nameof(split)),
    };

    /// <summary>Whether a folder has a split's images.</summary>
    public static bool IsIn(string folder, string split) => split is "train" or "test" && Find(folder, FilesOf(split).Images) is not null;

    public static MemoryDataset Open(string folder, string split, string name, IReadOnlyList<string>? classNames)
    {
        var (imageFile, labelFile) = FilesOf(split);
        var (shape, data) = IdxFile.Read(Require(folder, imageFile), 3);
        var (labelShape, labels) = IdxFile.Read(Require(folder, labelFile), 1);
        if (labelShape[0] != shape[0])
        {
            throw new InvalidDataException($"{folder}: {shape[0]} images, but {labelShape[0]} labels.");
        }

        var size = shape[1] * shape[2];
        var images = new ReadOnlyMemory<byte>[shape[0]];
        for (var i = 0; i < images.Length; i++)
        {
            images[i] = data.AsMemory(i * size, size);
        }

        classNames ??= Enumerable.Range(0, labels.Max() + 1).Select(label => $"{label}").ToArray();
        if (labels.Max() >= classNames.Count)
        {
            throw new InvalidDataException($"{folder}: a label {labels.Max()}, but the classes are {string.Join(", ", classNames)}.");
        }

        return new MemoryDataset(name, (1, shape[1], shape[2]), images, Array.ConvertAll(labels, label => (int)label), classNames);
    }

    private static string Require(string folder, string file) =>
        Find(folder, file) ?? throw new FileNotFoundException($"{folder} has neither {file} nor {file}.gz.");

    /// <summary>Both spellings are in the wild: <c>train-images-idx3-ubyte</c> and <c>train-images.idx3-ubyte</c>.</summary>
    private static string? Find(string folder, string file)
    {
        var dotted = file.Replace("-idx", ".idx", StringComparison.Ordinal);
        string[] names = [file, file + ".gz", dotted, dotted + ".gz"];
        return names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }
}
