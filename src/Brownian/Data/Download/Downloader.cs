using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Brownian.Data.Download;

/// <summary>
/// Fetches files of known content: cut connections are resumed where they broke (HTTP ranges), contents are checked, other mirrors tried,
/// and a file appears under its name only when it is whole and right.
/// </summary>
internal sealed class Downloader(HttpClient client, IProgress<DownloadProgress>? progress = null)
{
    /// <summary>Attempts in a row that bring no new byte before a mirror is given up.</summary>
    private const int FruitlessAttempts = 3;

    // Windows lets a file be renamed while it is open only when it was opened so.
    private static readonly FileShare Alone = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    // A server that asks for more has others to wait for.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>How long a silent connection is waited for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause before a new attempt; doubled each time.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>What the name of a file ends in until it is whole.</summary>
    public string Unfinished { get; init; } = ".part";

    /// <summary>Writes the bytes at the start of a buffer to the unfinished file.</summary>
    public Action<FileStream, byte[], int> Write { get; init; } = (part, buffer, count) => part.Write(buffer, 0, count);

    /// <summary>Makes sure that <paramref name="file"/> is in <paramref name="folder"/>.</summary>
    /// <returns>Its path.</returns>
    /// <exception cref="DownloadException">No mirror gave the right content, or the disk is full.</exception>
    public string Fetch(RemoteFile file, string folder, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(folder);
        var target = Path.Combine(folder, file.Name);
        if (File.Exists(target))
        {
            return target;
        }

        var path = target + Unfinished;
        using (var part = OpenAlone(path, target, cancellation))
        {
            if (part is null)
            {
                return target;
            }

            var failures = new List<string>();
            if (!file.Mirrors.Any(mirror => TryMirror(file, mirror, part, failures, cancellation)))
            {
                if (part.Length == 0)
                {
                    File.Delete(path);
                }

                throw new DownloadException($"{file.Shown}: no download succeeded ({string.Join("; ", failures)}).");
            }

            part.Flush(flushToDisk: true);
            File.Move(path, target, overwrite: true);
        }

        return target;
    }

    /// <summary>Opens the unfinished file for this program alone; null when another program finished it meanwhile.</summary>
    private static FileStream? OpenAlone(string path, string target, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                // Without a buffer: what does not fit on the disk must be noticed where it is written.
                var part = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, Alone, bufferSize: 0);
                if (!File.Exists(target))
                {
                    return part;
                }

                part.Dispose();
                File.Delete(path);
                return null;
            }
            catch (IOException) when (File.Exists(path) || File.Exists(target))
            {
                // Another program is downloading it, or has just renamed it: wait for that one.
                cancellation.WaitHandle.WaitOne(200);
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private bool TryMirror(RemoteFile file, Uri mirror, FileStream part, List<string> failures, CancellationToken cancellation)
    {
        var pause = Pause;

        // A server whose file is shorter than expected makes us begin anew again and again: only more than ever before is progress.
        var most = part.Length;
        for (var fruitless = 0; fruitless < FruitlessAttempts;)
        {
            try
            {
                Receive(file, mirror, part, cancellation);
                if (Matches(file, part) is { } wrong)
                {
                    part.SetLength(0);
                    failures.Add($"{mirror.Host}: {wrong}");
                    return false;
                }

                return true;
            }
            catch (Exception error) when (error is HttpRequestException or IOException or TimeoutException && error is not DownloadException)
            {
                cancellation.ThrowIfCancellationRequested();
                fruitless = part.Length > most ? 0 : fruitless + 1;
                most = Math.Max(most, part.Length);
                if (error is HttpRequestException { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } || fruitless == FruitlessAttempts)
                {
                    failures.Add($"{mirror.Host}: {error.Message}");
                    return false;
                }

                cancellation.WaitHandle.WaitOne(pause);
                pause = fruitless == 0 ? Pause : 2 * pause;
            }
        }

        return false;
    }

    private void Receive(RemoteFile file, Uri mirror, FileStream part, CancellationToken cancellation)
    {
        if (part.Length >= file.Length)
        {
            // Whole, or more than whole: the check decides about the first, the second is wrong anyway.
            if (part.Length == file.Length)
            {
                return;
            }

            part.SetLength(0);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, mirror);
        request.Headers.Range = part.Length > 0 ? new RangeHeaderValue(part.Length, null) : null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            using var response = client.Send(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            {
                part.SetLength(0);
            }

            if (response.Headers.RetryAfter?.Delta is { } asked && !response.IsSuccessStatusCode)
            {
                cancellation.WaitHandle.WaitOne(asked < LongestWait ? asked : LongestWait);
            }

            response.EnsureSuccessStatusCode();

            // A server without ranges answers 200 with everything: begin anew.
            var resumes = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == part.Length;
            part.SetLength(resumes ? part.Length : 0);
            part.Position = part.Length;
            Copy(response, file, part, patience);
        }
        catch (OperationCanceledException silence) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"no data for {Patience.TotalSeconds:0.#} s", silence);
        }

        if (part.Length < file.Length)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, $"the connection ended after {part.Length} of {file.Length} bytes");
        }
    }

    private void Copy(HttpResponseMessage response, RemoteFile file, FileStream part, CancellationTokenSource patience)
    {
        using var body = response.Content.ReadAsStream(patience.Token);
        var buffer = new byte[1 << 16];
        while (part.Length <= file.Length)
        {
            patience.CancelAfter(Patience);
            var read = body.ReadAsync(buffer, patience.Token).AsTask().GetAwaiter().GetResult();
            if (read == 0)
            {
                return;
            }

            try
            {
                Write(part, buffer, read);
            }
            catch (Exception full) when (full is IOException or UnauthorizedAccessException)
            {
                throw new DownloadException($"{part.Name} cannot be written after {part.Length} of {file.Length} bytes ({full.Message}). Free some space, or choose another disk.", full);
            }

            progress?.Report(new DownloadProgress(file.Shown, part.Length, file.Length));
        }
    }

    /// <summary>Null when the content is right; what is wrong otherwise.</summary>
    private static string? Matches(RemoteFile file, FileStream part)
    {
        part.Flush();
        part.Position = 0;
        var (kind, hash) = file.IsGitHash ? ("Git hash", GitHash(part)) : ("SHA-256", Convert.ToHexStringLower(SHA256.HashData(part)));
        return hash == file.Sha256 && part.Length == file.Length ? null : $"wrong content: expected {kind} {file.Sha256}, got {hash} ({part.Length} of {file.Length} bytes)";
    }

    // Git hashes the content after a word about it.
    private static string GitHash(FileStream part)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(System.Text.Encoding.ASCII.GetBytes($"blob {part.Length}\0"));
        var buffer = new byte[1 << 16];
        while (part.Read(buffer) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
