using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Brownian.Data.Download;
using Brownian.Runtime;

namespace Brownian.Data.Hub;

/// <summary>The HTTP interface of the Hugging Face hub, and of servers that behave like it: what a repository has, and where its files are.</summary>
internal sealed class HubClient(HttpClient client, HubSettings settings)
{
    private const int Attempts = 4, MaxPages = 1000, MaxRedirects = 5;

    /// <summary>The pause before a request is made again; doubled each time.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>A client for a hub. Redirects are followed here: a token must not go to another host.</summary>
    public static HttpClient MakeHttp(HubSettings settings)
    {
        var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15), AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
        Identify(http, settings);
        return http;
    }

    /// <summary>Adds the program's name, and the token, which .NET takes off again when a request is sent to another place.</summary>
    public static void Identify(HttpClient http, HubSettings settings)
    {
        http.DefaultRequestHeaders.UserAgent.Add(new("brownian", ProgramVersion.Text));
        if (settings.Token is { } token)
        {
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        }
    }

    /// <summary>The files of a repository at a revision.</summary>
    /// <exception cref="DownloadException">There is no connection, no such repository or revision, or no right to see it.</exception>
    public HubRepository Open(string id, string revision, CancellationToken cancellation)
    {
        var (about, _) = Get($"api/models/{id}/revision/{Uri.EscapeDataString(revision)}", id, revision, cancellation);
        string name, commit;
        using (about)
        {
            commit = Text(about.RootElement, "sha") ?? throw Odd("its answer names no commit");
            name = Text(about.RootElement, "id") ?? id;
        }

        if (!IsCommit(commit) || !HubCache.IsName(name))
        {
            throw Odd($"its answer names the commit '{commit}' of '{name}'");
        }

        var files = new List<HubFile>();
        var next = (string?)$"api/models/{name}/tree/{commit}?recursive=true";
        for (var page = 0; next is not null; page++)
        {
            if (page == MaxPages)
            {
                throw Odd($"its list of files has more than {MaxPages} pages");
            }

            var (list, link) = Get(next, id, revision, cancellation);
            using (list)
            {
                files.AddRange(FilesIn(list.RootElement));
            }

            next = link;
        }

        return new(id, revision, commit, files) { Name = name };
    }

    /// <summary>Where a file of a repository can be had.</summary>
    public Uri AddressOf(HubRepository repository, HubFile file) =>
        new($"{settings.Endpoint.AbsoluteUri.TrimEnd('/')}/{repository.Name}/resolve/{repository.Commit}/{string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>Why the hub does not give a file; null if it would.</summary>
    public DownloadException? Refusal(HubRepository repository, HubFile file, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, AddressOf(repository, file));
            using var response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? HubErrors.Of(response, repository.Id, repository.Revision, settings) : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return HubErrors.NoConnection(e, settings);
        }
    }

    private static bool IsCommit(string text) => text.Length is >= 7 and <= 64 && text.All(char.IsAsciiHexDigitLower);

    private static IEnumerable<HubFile> FilesIn(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw Odd("its list of files is none");
        }

        foreach (var item in list.EnumerateArray().Where(item => Text(item, "type") == "file"))
        {
            var large = item.TryGetProperty("lfs", out var lfs) && lfs.ValueKind == JsonValueKind.Object;
            var path = Text(item, "path");
            var hash = large ? Text(lfs, "oid") : Text(item, "oid");
            var length = (large ? lfs : item).TryGetProperty("size", out var size) && size.TryGetInt64(out var bytes) ? bytes : -1;

            // Names become paths on this machine, hashes names of files: neither may reach out of the cache.
            if (path is null || path.Split('/').Any(part => part is "" or "." or "..") || path.Contains('\\', StringComparison.Ordinal)
                || hash is null || hash.Length != (large ? 64 : 40) || !hash.All(char.IsAsciiHexDigitLower) || length < 0)
            {
                throw Odd($"its list of files has an entry that is not as it should be: '{path}'");
            }

            yield return new(path, length, hash, large);
        }
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DownloadException Odd(string what) => new($"The hub does not answer as one: {what}. Check HF_ENDPOINT.");

    private (JsonDocument Json, string? Next) Get(string path, string id, string revision, CancellationToken cancellation)
    {
        var pause = Pause;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var response = Send(path, cancellation);
                if (response.IsSuccessStatusCode)
                {
                    using var body = response.Content.ReadAsStream(cancellation);
                    return (JsonDocument.Parse(body), NextPage(response));
                }

                if (attempt == Attempts || !IsPassing(response.StatusCode))
                {
                    throw HubErrors.Of(response, id, revision, settings);
                }

                pause = response.Headers.RetryAfter?.Delta is { } asked && asked < TimeSpan.FromMinutes(1) ? asked : pause;
            }
            catch (Exception e) when (e is HttpRequestException or IOException and not DownloadException or JsonException)
            {
                if (attempt == Attempts)
                {
                    throw HubErrors.NoConnection(e, settings);
                }
            }

            cancellation.WaitHandle.WaitOne(pause);
            cancellation.ThrowIfCancellationRequested();
            pause *= 2;
        }
    }

    private static bool IsPassing(HttpStatusCode status) => (int)status >= 500 || status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;

    private HttpResponseMessage Send(string path, CancellationToken cancellation)
    {
        var address = path.StartsWith("http", StringComparison.Ordinal) ? new Uri(path) : new Uri($"{settings.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}");
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            var response = client.Send(request, HttpCompletionOption.ResponseContentRead, cancellation);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } place || redirects == MaxRedirects)
            {
                return response;
            }

            // A repository that was renamed answers with its new name; lists are never elsewhere.
            response.Dispose();
            address = new Uri(address, place);
            if (address.Authority != settings.Endpoint.Authority)
            {
                throw Odd($"it sends us to {address.Host}");
            }
        }
    }

    private string? NextPage(HttpResponseMessage response)
    {
        var links = response.Headers.TryGetValues("Link", out var values) ? string.Join(',', values) : "";
        var next = links.Split(',').FirstOrDefault(link => link.Contains("rel=\"next\"", StringComparison.Ordinal));
        var (open, close) = (next?.IndexOf('<') ?? -1, next?.IndexOf('>') ?? -1);
        if (next is null || open < 0 || close < open)
        {
            return null;
        }

        var address = new Uri(settings.Endpoint, next[(open + 1)..close]);
        return address.Authority == settings.Endpoint.Authority ? address.AbsoluteUri : throw Odd($"it sends us to {address.Host}");
    }
}
