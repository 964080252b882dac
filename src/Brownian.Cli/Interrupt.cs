using System.Runtime.InteropServices;
using Brownian.Cli.Terminals;

namespace Brownian.Cli;

/// <summary>Ctrl-C: the first press asks the command to save and stop, the second one kills it.</summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;
    private readonly Terminal terminal;

    public Interrupt(Terminal terminal)
    {
        this.terminal = terminal;
        registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (source.IsCancellationRequested)
        {
            Environment.Exit(ExitCode.Cancelled);
        }

        context.Cancel = true;
        terminal.Warn("stopping cleanly; press Ctrl-C again to stop at once");
        source.Cancel();
    }
}
