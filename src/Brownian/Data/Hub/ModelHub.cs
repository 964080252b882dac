using System.Text;
using Brownian.Data.Download;

namespace Brownian.Data.Hub;

/// <summary>
/// Fetches models from the Hugging Face hub into the cache that Python's programs use: only the files that are needed, resumed where a
/// connection broke, each checked by its hash before it appears.
/// </summary>
public sealed class ModelHub
{
    private const int MaxIndexBytes = 1 << 20;

    // A little room must be left for everybody else.
    private const long Spare = 64 << 20;

    private readonly HubSettings settings;

    /// <summary>A hub.</summary>
    /// <param name="settings">Where it is, who asks, and where models are kept; those of this process if left out.</param>
    public ModelHub(HubSettings? settings = null) => this.settings = settings ?? HubSettings.OfProcess();

    /// <summary>The pause before a request is made again; doubled each time.</summary>
    internal TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a silent connection is waited for.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>See <see cref="Downloader.Write"/>.</summary>
    internal Action<FileStream, byte[], int> Write { get; init; } = (part, buffer, count) => part.Write(buffer, 0, count);

    /// <summary>How many bytes are free where a folder is.</summary>
    internal Func<string, long> FreeBytes { get; init; } = folder => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>What would be fetched, and how much of it is not here yet.</summary>
    /// <inheritdoc cref="Fetch(string, string?, HubSelection?, IProgress{DownloadProgress}?, CancellationToken)"/>
    public HubPlan Plan(string id, string? revision = null, HubSelection? selection = null, CancellationToken cancellation = default)
    {
        using var http = HubClient.MakeHttp(settings);
        using var following = Following();
        var (client, downloader) = (new HubClient(http, settings) { Pause = Pause }, Downloader(following, null));
        var repository = client.Open(Checked(id), revision ?? "main", cancellation);
        var index = repository.Files.FirstOrDefault(file => file is { Path: "model_index.json", Length: <= MaxIndexBytes });
        var text = index is null ? null : Encoding.UTF8.GetString(File.ReadAllBytes(Fetch(client, downloader, repository, index, cancellation)));
        var files = (selection ?? new()).Choose(repository.Files, text);
        if (files.Count == 0)
        {
            throw new DownloadException(
                $"{id} has no file that is wanted. It has {string.Join(", ", repository.Files.Take(12).Select(file => file.Path))}. Choose with --include PATTERN.");
        }

        var blobs = new HubCache(settings.Cache, id).Blobs;
        return new(repository, files, files.Where(file => !File.Exists(Path.Combine(blobs, file.Hash))).Sum(file => file.Length));
    }

    /// <summary>Fetches a model; when offline, finds it in the cache.</summary>
    /// <param name="id">OWNER/NAME.</param>
    /// <param name="revision">A branch, tag or commit; "main" if left out.</param>
    /// <param name="selection">Which files.</param>
    /// <param name="progress">Told about the bytes of each file as they come.</param>
    /// <param name="cancellation">Stops; what has come is kept and resumed the next time.</param>
    /// <returns>The folder with the files.</returns>
    /// <exception cref="DownloadException">No connection, no such model or revision, no right to it, no room, or no right content.</exception>
    public string Fetch(
        string id, string? revision = null, HubSelection? selection = null, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default) =>
        settings.IsOffline
            ? new HubCache(settings.Cache, Checked(id)).Find(revision ?? "main") ?? throw HubErrors.NotCached(id, revision ?? "main", settings)
            : Fetch(Plan(id, revision, selection, cancellation), progress, cancellation);

    /// <summary>Fetches what was planned.</summary>
    /// <inheritdoc cref="Fetch(string, string?, HubSelection?, IProgress{DownloadProgress}?, CancellationToken)"/>
    public string Fetch(HubPlan plan, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        CheckRoom(plan);
        using var http = HubClient.MakeHttp(settings);
        using var following = Following();
        var (client, downloader) = (new HubClient(http, settings) { Pause = Pause }, Downloader(following, progress));
        foreach (var file in plan.Files)
        {
            Fetch(client, downloader, plan.Repository, file, cancellation);
        }

        var cache = new HubCache(settings.Cache, plan.Repository.Id);
        cache.Refer(plan.Repository.Revision, plan.Repository.Commit);
        return cache.Snapshot(plan.Repository.Commit);
    }

    private static string Checked(string id) => HubCache.IsName(id)
        ? id
        : throw new ArgumentException($"model: expected OWNER/NAME as on the hub; got '{id}'.", nameof(id));

    // Files lie on other hosts, to which the hub redirects; the token stays here.
    private HttpClient Following()
    {
        var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15) }) { Timeout = Timeout.InfiniteTimeSpan };
        HubClient.Identify(http, settings);
        return http;
    }

    private Downloader Downloader(HttpClient following, IProgress<DownloadProgress>? progress) =>
        new(following, progress) { Pause = Pause, Patience = Patience, Unfinished = ".incomplete", Write = Write };

    private string Fetch(HubClient client, Downloader downloader, HubRepository repository, HubFile file, CancellationToken cancellation)
    {
        // Under the name that was asked for, even if the hub has another by now: there it is looked for again, by Python's programs too.
        var cache = new HubCache(settings.Cache, repository.Id);
        var remote = new RemoteFile(file.Hash, file.Length, file.Hash, [client.AddressOf(repository, file)]) { IsGitHash = !file.IsLarge, Shown = file.Path };
        try
        {
            var blob = Path.Combine(cache.Blobs, file.Hash);
            if (!File.Exists(blob))
            {
                using var alone = cache.Lock(file.Hash, cancellation);
                downloader.Fetch(remote, cache.Blobs, cancellation);
            }

            cache.Link(repository.Commit, file);
            return blob;
        }
        catch (DownloadException e)
        {
            throw client.Refusal(repository, file, cancellation)
                ?? new DownloadException($"{file.Path} of {repository.Id} could not be fetched. {e.Message} What has come is kept: try again to go on.", e);
        }
    }

    private void CheckRoom(HubPlan plan)
    {
        Directory.CreateDirectory(settings.Cache);
        var free = FreeBytes(Path.GetFullPath(settings.Cache));
        if (plan.MissingBytes > free - Spare)
        {
            throw new DownloadException(
                $"{plan.Repository.Id} needs {plan.MissingBytes / 1e9:0.00} GB, but {settings.Cache} has {free / 1e9:0.00} GB free. Free some space, or keep models elsewhere with HF_HOME.");
        }
    }
}
