using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Brownian.Tests.Data;

/// <summary>A web server on this machine that serves one file, and fails as it is told.</summary>
internal sealed class FaultyServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly byte[] content;
    private readonly Thread thread;

    public FaultyServer(byte[] content)
    {
        this.content = content;
        listener.Start();
        thread = new Thread(Serve) { IsBackground = true };
        thread.Start();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/file");

    /// <summary>Each answer ends after so many bytes of the body.</summary>
    public int CutAfter { get; set; } = int.MaxValue;

    public bool HasRanges { get; init; } = true;

    /// <summary>Sends the head and then nothing.</summary>
    public bool IsSilent { get; init; }

    public int Status { get; set; } = 200;

    /// <summary>The bytes asked for, as "from" of each request; −1 without a range.</summary>
    public List<int> Requests { get; } = [];

    public void Dispose()
    {
        listener.Stop();
        thread.Join();
    }

    private void Serve()
    {
        while (true)
        {
            try
            {
                using var client = listener.AcceptTcpClient();
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
        var from = -1;
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            if (line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
            {
                from = int.Parse(line["Range: bytes=".Length..].TrimEnd('-'));
            }
        }

        lock (Requests)
        {
            Requests.Add(from);
        }

        var start = HasRanges ? Math.Max(from, 0) : 0;
        var status = Status != 200 ? $"{Status} No" : start > 0 ? "206 Partial Content" : "200 OK";
        var range = start > 0 ? $"Content-Range: bytes {start}-{content.Length - 1}/{content.Length}\r\n" : "";
        var body = Status != 200 ? [] : content.AsSpan(start);
        stream.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\n{range}Connection: close\r\n\r\n"));
        if (IsSilent)
        {
            Thread.Sleep(1500);
            return;
        }

        stream.Write(body[..Math.Min(body.Length, CutAfter)]);
    }
}
