using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Brownian.Tests.Data;

/// <summary>
/// A server on this machine that behaves like the Hugging Face hub: revisions, lists of files in pages, small files, and large ones by way of
/// another host. It fails as it is told.
/// </summary>
internal sealed class HubServer : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private const int PageSize = 3;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, byte[]> files;
    private readonly Thread thread;

    public HubServer(Dictionary<string, byte[]> files)
    {
        this.files = files;
        listener.Start();
        thread = new Thread(Serve) { IsBackground = true };
        thread.Start();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>The model that it has.</summary>
    public string Model { get; init; } = "org/model";

    /// <summary>A name that the model had before.</summary>
    public string? OldName { get; init; }

    /// <summary>The token without which nothing is shown.</summary>
    public string? Token { get; init; }

    /// <summary>Whether the list of files is shown to all, but files only to those who may.</summary>
    public bool IsGated { get; init; }

    /// <summary>Every answer with a file ends after so many bytes of it.</summary>
    public int CutAfter { get; set; } = int.MaxValue;

    /// <summary>What an answer that fails says of when to come again; null for nothing.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>So many answers with the content of large files fail with 429 first.</summary>
    public int Refusals { get; set; }

    /// <summary>So many answers fail with 503 first.</summary>
    public int Failures { get; set; }

    /// <summary>Added to what a file is said to be long.</summary>
    public int WrongLength { get; init; }

    /// <summary>Large files come with other bytes than their hash says.</summary>
    public bool Corrupts { get; set; }

    /// <summary>What was asked for, with whether a token came along.</summary>
    public List<(string Path, bool HasToken, string? Range)> Requests { get; } = [];

    public void Dispose()
    {
        listener.Stop();
        thread.Join();
    }

    public static string Hash(byte[] content, bool isLarge) => isLarge
        ? Convert.ToHexStringLower(SHA256.HashData(content))
        : Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));

    public static bool IsLarge(string path) => path.EndsWith(".safetensors", StringComparison.Ordinal) || path.EndsWith(".bin", StringComparison.Ordinal);

    private void Serve()
    {
        while (true)
        {
            try
            {
                using var client = listener.AcceptTcpClient();
                client.ReceiveTimeout = 2000;
                Answer(client.GetStream());
            }
            catch (Exception stopped) when (stopped is SocketException or InvalidOperationException)
            {
                return;
            }
            catch (IOException)
            {
                // The client went away.
            }
        }
    }

    private void Answer(NetworkStream stream)
    {
        var reader = new StreamReader(stream, Encoding.ASCII);
        var first = (reader.ReadLine() ?? "GET / HTTP/1.1").Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            headers[line[..line.IndexOf(':')]] = line[(line.IndexOf(':') + 1)..].Trim();
        }

        var token = headers.GetValueOrDefault("Authorization");
        var range = headers.GetValueOrDefault("Range");
        lock (Requests)
        {
            Requests.Add((first[1], token is not null, range));
        }

        var isRight = Token is null || token == "Bearer " + Token;
        var reply = Failures > 0 ? Failed() : Reply(first[1], isRight);
        var start = range is null || reply.Status != 200 || reply.File is null ? 0 : int.Parse(range["bytes=".Length..].TrimEnd('-'));
        var body = reply.Body.AsSpan(start);
        var head = new StringBuilder($"HTTP/1.1 {(start > 0 ? 206 : reply.Status)} X\r\nConnection: close\r\nContent-Length: {body.Length}\r\n{reply.Headers}");
        if (start > 0)
        {
            head.Append($"Content-Range: bytes {start}-{reply.Body.Length - 1}/{reply.Body.Length}\r\n");
        }

        stream.Write(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()));
        if (first[0] != "HEAD")
        {
            stream.Write(reply.File is null ? body : body[..Math.Min(body.Length, CutAfter)]);
        }
    }

    private Response Failed()
    {
        Failures--;
        return new(503, [], RetryAfter is { } seconds ? $"Retry-After: {seconds}\r\n" : "");
    }

    private Response Reply(string target, bool isRight)
    {
        var path = Uri.UnescapeDataString(target.Split('?')[0]);
        if (OldName is not null && path.Contains(OldName, StringComparison.Ordinal))
        {
            return new(307, [], $"Location: {path.Replace(OldName, Model, StringComparison.Ordinal)}\r\n");
        }

        if (path.StartsWith("/cdn/", StringComparison.Ordinal))
        {
            if (Refusals > 0)
            {
                Refusals--;
                return new(429, [], $"Retry-After: {RetryAfter ?? 0}\r\n");
            }

            return File(path["/cdn/".Length..]);
        }

        var isFile = path.StartsWith($"/{Model}/resolve/{Commit}/", StringComparison.Ordinal);
        if (!isRight && (isFile || !IsGated))
        {
            return new(isFile && IsGated ? 403 : 401, [], $"X-Error-Code: {(IsGated ? "GatedRepo" : "RepoNotFound")}\r\n");
        }

        var api = $"/api/models/{Model}";
        if (!isFile && path != $"{api}/revision/main" && path != $"{api}/revision/refs/pr/1" && path != $"{api}/tree/{Commit}")
        {
            return new(404, [], $"X-Error-Code: {(path.StartsWith(api + "/revision", StringComparison.Ordinal) ? "RevisionNotFound" : "RepoNotFound")}\r\n");
        }

        return isFile ? OfFile(path[$"/{Model}/resolve/{Commit}/".Length..]) : path.Contains("/tree/", StringComparison.Ordinal) ? Tree(target) : Json(new { id = Model, sha = Commit });
    }

    // Large files lie on another host, as far as a client can see.
    private Response OfFile(string path) =>
        IsLarge(path) ? new(302, [], $"Location: http://localhost:{Port}/cdn/{Uri.EscapeDataString(path)}\r\nX-Linked-Etag: \"{Hash(files[path], true)}\"\r\n") : File(path);

    private Response File(string path) => new(200, Corrupts && IsLarge(path) ? [.. files[path].Select(b => (byte)(b ^ 1))] : files[path], "") { File = path };

    private Response Tree(string target)
    {
        var page = target.Contains("cursor=", StringComparison.Ordinal) ? int.Parse(target[(target.IndexOf("cursor=", StringComparison.Ordinal) + 7)..]) : 0;
        var entries = files.Skip(page * PageSize).Take(PageSize).Select(file =>
        {
            var (large, length) = (IsLarge(file.Key), file.Value.Length + WrongLength);
            return (object)(large
                ? new { type = "file", path = file.Key, size = length, oid = new string('0', 40), lfs = new { oid = Hash(file.Value, true), size = length, pointerSize = 134 } }
                : new { type = "file", path = file.Key, size = length, oid = Hash(file.Value, false) });
        }).Prepend(new { type = "directory", path = "unet", oid = new string('1', 40), size = 0 });
        var more = files.Count > (page + 1) * PageSize;
        return Json(entries) with { Headers = more ? $"Link: <{Address}api/models/{Model}/tree/{Commit}?recursive=true&cursor={page + 1}>; rel=\"next\"\r\n" : "" };
    }

    private static Response Json(object value) => new(200, JsonSerializer.SerializeToUtf8Bytes(value), "");

    private sealed record Response(int Status, byte[] Body, string Headers)
    {
        public string? File { get; init; }
    }
}
