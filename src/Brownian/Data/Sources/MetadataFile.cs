using System.Text;
using System.Text.Json;

namespace Brownian.Data.Sources;

/// <summary>
/// <c>metadata.jsonl</c> (a JSON object a line) or <c>metadata.csv</c> (with a heading) beside images, as Hugging Face's image folders have
/// it: <c>file_name</c>, a caption in <c>text</c>, <c>caption</c> or <c>prompt</c>, a class in <c>label</c> or <c>class</c>.
/// </summary>
internal static class MetadataFile
{
    public static string? Find(string folder) =>
        new[] { "metadata.jsonl", "metadata.csv" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <exception cref="InvalidDataException">A line that cannot be understood, or no <c>file_name</c>.</exception>
    public static IReadOnlyList<(string File, string? Caption, string? Class)> Read(string path)
    {
        var rows = path.EndsWith(".csv", StringComparison.Ordinal) ? ReadCsv(path) : ReadJsonLines(path);
        return [.. rows.Select((row, i) => (
            row.GetValueOrDefault("file_name") is { Length: > 0 } file ? file : throw new InvalidDataException($"{path}: row {i + 1} has no file_name."),
            Caption(row), Class(row)))];
    }

    /// <summary>The caption among named values.</summary>
    public static string? Caption(IReadOnlyDictionary<string, string> row) =>
        row.GetValueOrDefault("text") ?? row.GetValueOrDefault("caption") ?? row.GetValueOrDefault("prompt");

    /// <summary>The class among named values.</summary>
    public static string? Class(IReadOnlyDictionary<string, string> row) => row.GetValueOrDefault("label") ?? row.GetValueOrDefault("class");

    /// <summary>The strings and numbers of a JSON object.</summary>
    public static Dictionary<string, string> Values(JsonElement json)
    {
        var row = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
        {
            if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            {
                row[property.Name] = property.Value.ToString();
            }
        }

        return row;
    }

    private static List<Dictionary<string, string>> ReadJsonLines(string path)
    {
        var rows = new List<Dictionary<string, string>>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            try
            {
                using var json = JsonDocument.Parse(line);
                rows.Add(Values(json.RootElement));
            }
            catch (Exception error) when (error is JsonException or InvalidOperationException)
            {
                throw new InvalidDataException($"{path}, line {number}: expected a JSON object; {error.Message}", error);
            }
        }

        return rows;
    }

    private static List<Dictionary<string, string>> ReadCsv(string path)
    {
        var records = Csv(File.ReadAllText(path));
        if (records.Count == 0)
        {
            throw new InvalidDataException($"{path} is empty; expected a heading with file_name.");
        }

        var heading = records[0];
        return [.. records.Skip(1).Select(record => heading.Zip(record).Where(pair => pair.Second.Length > 0).ToDictionary(pair => pair.First, pair => pair.Second))];
    }

    /// <summary>Comma-separated values with quotes (RFC 4180).</summary>
    private static List<List<string>> Csv(string text)
    {
        var (records, record, value, quoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted)
            {
                if (c != '"')
                {
                    value.Append(c);
                }
                else if (i + 1 < text.Length && text[i + 1] == '"')
                {
                    value.Append(text[i++]);
                }
                else
                {
                    quoted = false;
                }
            }
            else if (c == '"')
            {
                quoted = true;
            }
            else if (c is ',' or '\n')
            {
                EndValue();
                if (c == '\n')
                {
                    EndRecord();
                }
            }
            else if (c != '\r')
            {
                value.Append(c);
            }
        }

        if (value.Length > 0 || record.Count > 0)
        {
            EndValue();
            EndRecord();
        }

        return records;

        void EndValue()
        {
            record.Add(value.ToString());
            value.Clear();
        }

        void EndRecord()
        {
            if (record.Count > 1 || record[0].Length > 0)
            {
                records.Add(record);
            }

            record = [];
        }
    }
}
