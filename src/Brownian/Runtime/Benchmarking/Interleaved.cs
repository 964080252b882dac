using System.Diagnostics;

namespace Brownian.Runtime.Benchmarking;

/// <summary>Times several pieces of work in turn, A B C A B C …, so that a slower minute of the machine hits all of them.</summary>
public static class Interleaved
{
    /// <summary>Runs every work once untimed, then all of them <paramref name="rounds"/> times, or until <paramref name="budget"/> is over.</summary>
    /// <param name="works">Names and work. Each leaves nothing behind.</param>
    /// <param name="rounds">The most repetitions.</param>
    /// <param name="budget">No round begins later than this, but at least three are run.</param>
    /// <param name="cancellation">Checked before every round.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static IReadOnlyList<Timing> Run(
        IReadOnlyList<(string Name, Action Work)> works, int rounds = 9, TimeSpan? budget = null, CancellationToken cancellation = default)
    {
        foreach (var (_, work) in works)
        {
            work();
        }

        var seconds = works.Select(_ => new List<double>()).ToArray();
        var start = Stopwatch.GetTimestamp();
        for (var round = 0; round < rounds && (round < 3 || budget is null || Stopwatch.GetElapsedTime(start) < budget); round++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < works.Count; i++)
            {
                var begin = Stopwatch.GetTimestamp();
                works[i].Work();
                seconds[i].Add(Stopwatch.GetElapsedTime(begin).TotalSeconds);
            }
        }

        return [.. works.Select((work, i) => new Timing(work.Name, seconds[i]))];
    }
}
