using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Brownian.Data.Sources;

/// <summary>
/// WebDataset archives: tar files in which the files of an example share their name up to the first dot — <c>000.png</c>, <c>000.cls</c>
/// (a number), <c>000.txt</c> (a caption), <c>000.json</c> (caption and class). Only the places of the images are kept in memory.
/// </summary>
internal sealed class TarSource : PictureSource
{
    private readonly List<Example> examples = [];
    private readonly List<FileStream> archives = [];
    private readonly int[]? labels;
    private readonly string[]? classNames;

    public TarSource(string name, IEnumerable<string> paths)
    {
        Name = name;
        foreach (var path in paths)
        {
            archives.Add(File.OpenRead(path));
            Scan(archives[^1], archives.Count - 1);
        }

        (labels, classNames) = ClassTable.Of([.. examples.Select(example => example.Class)]);
    }

    public override string Name { get; }

    public override int Count => examples.Count;

    public override IReadOnlyList<string>? ClassNames => classNames;

    public override string NameOf(int index) => $"{Path.GetFileName(archives[examples[index].Archive].Name)}:{examples[index].Image}";

    public override int? Label(int index) => labels?[index];

    public override string? Caption(int index) => examples[index].Caption;

    public override PixelBuffer Load(int index)
    {
        var example = examples[index];
        var file = new byte[example.Length];
        var handle = archives[example.Archive].SafeFileHandle;
        for (var read = 0; read < file.Length;)
        {
            var got = RandomAccess.Read(handle, file.AsSpan(read), example.Offset + read);
            read += got > 0 ? got : throw new InvalidDataException("Truncated: the archive ends inside this file.");
        }

        return ImageCodec.DecodePixels(file);
    }

    public override void Dispose() => archives.ForEach(archive => archive.Dispose());

    private void Scan(FileStream archive, int number)
    {
        var byKey = new Dictionary<string, Example>(StringComparer.Ordinal);
        var order = new List<Example>();
        try
        {
            using var reader = new TarReader(archive, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || KeyOf(entry.Name) is not var (key, extension))
                {
                    continue;
                }

                if (!byKey.TryGetValue(key, out var example))
                {
                    order.Add(byKey[key] = example = new Example { Archive = number });
                }

                example.Add(entry, extension);
            }
        }
        catch (Exception error) when (error is EndOfStreamException or InvalidDataException)
        {
            // What follows the damage cannot be found. The image at its edge is named when it is read; other damage is named here.
            if (!order.Exists(example => example.Offset + example.Length > archive.Length))
            {
                order.Add(new Example { Archive = number, Image = $"(entry at byte {archive.Position})", Offset = archive.Length, Length = 1 });
            }
        }

        examples.AddRange(order.Where(example => example.Image is not null));
    }

    private static (string Key, string Extension)? KeyOf(string name)
    {
        var dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        return dot > name.LastIndexOf('/') + 1 ? (name[..dot], name[dot..].ToLowerInvariant()) : null;
    }

    private sealed class Example
    {
        public int Archive { get; init; }

        public string? Image { get; set; }

        public long Offset { get; set; }

        public long Length { get; set; }

        public string? Caption { get; private set; }

        public string? Class { get; private set; }

        public void Add(TarEntry entry, string extension)
        {
            if (ImageCodec.Extensions.Contains(extension))
            {
                (Image, Offset, Length) = (entry.Name, entry.DataOffset, entry.Length);
            }
            else if (extension == ".cls")
            {
                Class = int.TryParse(Text(entry), NumberStyles.Integer, CultureInfo.InvariantCulture, out var label) ? $"{label}" : null;
            }
            else if (extension == ".txt")
            {
                Caption = Text(entry);
            }
            else if (extension == ".json")
            {
                using var json = JsonDocument.Parse(Text(entry));
                var values = MetadataFile.Values(json.RootElement);
                (Caption, Class) = (Caption ?? MetadataFile.Caption(values), Class ?? MetadataFile.Class(values));
            }
        }

        private static string Text(TarEntry entry)
        {
            using var reader = new StreamReader(entry.DataStream ?? Stream.Null, Encoding.UTF8);
            return reader.ReadToEnd().Trim();
        }
    }
}
