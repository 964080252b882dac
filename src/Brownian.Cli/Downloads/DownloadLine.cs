using Brownian.Cli.Live;
using Brownian.Cli.Terminals;
using Brownian.Data.Download;

namespace Brownian.Cli.Downloads;

/// <summary>One line that says how far a download of several files is, how fast, and how long it will take.</summary>
internal sealed class DownloadLine(Terminal terminal, long total) : IProgress<DownloadProgress>, IDisposable
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, long> received = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> atFirst = new(StringComparer.Ordinal);
    private readonly long begin = TimeProvider.System.GetTimestamp();
    private long last = TimeProvider.System.GetTimestamp();
    private bool written;

    public void Report(DownloadProgress value)
    {
        // What an earlier attempt brought counts as received, not as speed.
        atFirst.TryAdd(value.File, value.Received);
        received[value.File] = value.Received;
        var clock = TimeProvider.System;
        if (terminal.Quiet || clock.GetElapsedTime(last) < (terminal.ErrorIsTerminal ? Often : Seldom))
        {
            return;
        }

        last = clock.GetTimestamp();
        var here = received.Values.Sum();
        var speed = (here - atFirst.Values.Sum()) / clock.GetElapsedTime(begin).TotalSeconds;
        var left = speed > 0 ? $", {Words.Duration(Math.Max(0, total - here) / speed)} left" : "";
        var line = $"{Words.Bytes(here)} of {Words.Bytes(total)} ({Words.Bytes(speed)}/s{left}): {value.File}";
        terminal.Error.Write(terminal.ErrorIsTerminal ? $"\r\e[K{line}" : line + Environment.NewLine);
        written = true;
    }

    public void Dispose()
    {
        if (written && terminal.ErrorIsTerminal)
        {
            terminal.Error.Write("\r\e[K");
        }
    }
}
