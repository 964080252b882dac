using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Brownian.Training;

/// <summary>
/// <c>metrics.jsonl</c>: one JSON object a line, only ever appended to. A killed run may leave half a line and lines beyond its last
/// checkpoint; the line that a resumed run writes tells readers to forget those.
/// </summary>
public sealed class MetricsLog : IDisposable
{
    private const string Event = "event";

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly FileStream file;

    /// <summary>Opens or creates the file.</summary>
    public MetricsLog(string path)
    {
        file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        EndTornLine();
    }

    /// <summary>Appends a record.</summary>
    public void Write(MetricsRecord record) => Append(JsonSerializer.Serialize(record, Json));

    /// <summary>Appends an event, such as <c>{"event": "resume", "step": 100}</c>.</summary>
    /// <param name="name">What happened: <c>start</c>, <c>resume</c>, <c>checkpoint</c>, <c>samples</c>, <c>end</c>, <c>failure</c>.</param>
    /// <param name="step">After which step.</param>
    /// <param name="detail">A path or a message.</param>
    public void Note(string name, long step, string? detail = null)
    {
        var line = new JsonObject { [Event] = name, ["step"] = step };
        if (detail is not null)
        {
            line["detail"] = detail;
        }

        Append(line.ToJsonString(Json));
    }

    /// <summary>The records of a file, in order, without those that a resume took back. Half a line at the end is left out.</summary>
    public static IReadOnlyList<MetricsRecord> Read(string path)
    {
        var records = new List<MetricsRecord>();
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (Parse(line) is not { } entry)
            {
                continue;
            }

            if (entry[Event] is null)
            {
                records.Add(entry.Deserialize<MetricsRecord>(Json)!);
            }
            else if (entry[Event]!.ToString() is "resume" or "start")
            {
                records.RemoveAll(r => r.Step > (long)entry["step"]!);
            }
        }

        return records;
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Append(string line)
    {
        file.Write(Encoding.UTF8.GetBytes(line + "\n"));
        file.Flush();
    }

    private void EndTornLine()
    {
        if (file.Length > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            if (file.ReadByte() != '\n')
            {
                file.WriteByte((byte)'\n');
            }
        }
    }
}
