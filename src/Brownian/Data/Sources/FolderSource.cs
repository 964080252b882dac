namespace Brownian.Data.Sources;

/// <summary>
/// A folder of image files. Sub-folders are the classes (when there are at least two and no metadata names classes);
/// <c>metadata.jsonl</c> or <c>metadata.csv</c> give captions and classes by <c>file_name</c>.
/// </summary>
internal sealed class FolderSource : PictureSource
{
    private readonly string folder;
    private readonly string[] files;
    private readonly int[]? labels;
    private readonly string[]? classNames;
    private readonly string?[]? captions;

    public FolderSource(string folder)
    {
        this.folder = Path.GetFullPath(folder);
        var metadata = MetadataFile.Find(this.folder) is { } path ? MetadataFile.Read(path) : null;
        // With metadata, its rows say which files belong to the set: a row without a file is found out when it is read.
        files = metadata is null ? PictureFiles.In(this.folder) : [.. metadata.Select(row => row.File)];
        captions = metadata?.Select(row => row.Caption).ToArray();
        var classes = metadata?.Any(row => row.Class is not null) == true ? [.. metadata.Select(row => row.Class)] : Array.ConvertAll(files, FolderOf);
        (labels, classNames) = ClassTable.Of(classes);
    }

    public override string Name => folder;

    public override int Count => files.Length;

    public override IReadOnlyList<string>? ClassNames => classNames;

    public override string NameOf(int index) => files[index];

    public override int? Label(int index) => labels?[index];

    public override string? Caption(int index) => captions?[index];

    public override PixelBuffer Load(int index) => ImageCodec.DecodePixels(File.ReadAllBytes(Path.Combine(folder, files[index])));

    private static string? FolderOf(string file) => file.IndexOf('/') is > 0 and var slash ? file[..slash] : null;
}
