namespace Brownian.Data.Formats;

/// <summary>
/// The binary files of CIFAR-10 and CIFAR-100: for each image its label (CIFAR-100: coarse and fine label), then 3072 bytes, the red, green
/// and blue plane of 32×32 pixels.
/// </summary>
internal static class CifarFolder
{
    private const int ImageBytes = 3 * 32 * 32;

    public static readonly IReadOnlyList<string> TenClasses =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>The files of CIFAR-10's splits.</summary>
    public static string[] TenFiles(string split) => split switch
    {
        "train" => [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")],
        "test" => ["test_batch.bin"],
        _ => throw new ArgumentException($"CIFAR sets have the splits train and test; got '{split}'.", nameof(split)),
    };

    public static bool IsTenIn(string folder, string split) =>
        split is "train" or "test" && Array.TrueForAll(TenFiles(split), file => File.Exists(Path.Combine(folder, file)));

    public static bool IsHundredIn(string folder, string split) =>
        File.Exists(Path.Combine(folder, $"{split}.bin")) && File.Exists(Path.Combine(folder, "fine_label_names.txt"));

    public static MemoryDataset OpenTen(string folder, string split, string name)
    {
        var missing = Array.Find(TenFiles(split), file => !File.Exists(Path.Combine(folder, file)));
        return missing is null
            ? Open(TenFiles(split).Select(file => Path.Combine(folder, file)), 1, TenClasses, name)
            : throw new FileNotFoundException($"{folder} has no {missing}; expected the binary version of CIFAR-10 (data_batch_1.bin … test_batch.bin).");
    }

    /// <summary>The fine labels of CIFAR-100.</summary>
    public static MemoryDataset OpenHundred(string folder, string split, string name)
    {
        var classNames = File.ReadAllLines(Path.Combine(folder, "fine_label_names.txt")).Select(line => line.Trim()).Where(line => line.Length > 0).ToArray();
        return Open([Path.Combine(folder, $"{split}.bin")], 2, classNames, name);
    }

    private static MemoryDataset Open(IEnumerable<string> paths, int labelBytes, IReadOnlyList<string> classNames, string name)
    {
        var (images, labels) = (new List<ReadOnlyMemory<byte>>(), new List<int>());
        foreach (var path in paths)
        {
            var file = File.ReadAllBytes(path);
            var record = labelBytes + ImageBytes;
            if (file.Length == 0 || file.Length % record != 0)
            {
                throw new InvalidDataException($"{path}: {file.Length} bytes are no whole number of records of {record} bytes; the file is truncated or of another kind.");
            }

            for (var at = 0; at < file.Length; at += record)
            {
                var label = file[at + labelBytes - 1];
                if (label >= classNames.Count)
                {
                    throw new InvalidDataException($"{path}: label {label} at byte {at}, but there are {classNames.Count} classes.");
                }

                labels.Add(label);
                images.Add(file.AsMemory(at + labelBytes, ImageBytes));
            }
        }

        return new MemoryDataset(name, (3, 32, 32), [.. images], [.. labels], classNames);
    }
}
