using Brownian.Cli.Live;
using Brownian.Cli.Terminals;
using Brownian.Tasks;

namespace Brownian.Cli.Samples;

/// <summary>One line that says how far sampling is.</summary>
internal sealed class SampleProgress(Terminal terminal, int count) : IDisposable
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan Seldom = TimeSpan.FromSeconds(5);
    private readonly long begin = TimeProvider.System.GetTimestamp();
    private long last = TimeProvider.System.GetTimestamp();
    private bool written;

    public void Show(GenerateStep step)
    {
        var clock = TimeProvider.System;
        if (terminal.Quiet || clock.GetElapsedTime(last) < (terminal.ErrorIsTerminal ? Often : Seldom))
        {
            return;
        }

        last = clock.GetTimestamp();
        var part = (step.First + (step.Xt.size(0) * (double)step.Step / step.Steps)) / count;
        var seconds = clock.GetElapsedTime(begin).TotalSeconds;
        var line = $"{step.First + step.Xt.size(0)} of {Words.Counted(count, "picture")}, step {step.Step} of {step.Steps}, {Words.Duration(seconds / part * (1 - part))} left";
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
