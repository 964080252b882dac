namespace Brownian.Cli.Bench;

/// <summary>How long something takes: the median of repetitions after a warm-up.</summary>
internal static class Timing
{
    private const int Fewest = 3;

    /// <param name="work">What is measured.</param>
    /// <param name="seconds">Repeats for about this long, at least three times.</param>
    /// <param name="cancellation">Checked between repetitions.</param>
    /// <returns>Seconds.</returns>
    public static double Median(Action work, double seconds, CancellationToken cancellation)
    {
        work();
        var clock = TimeProvider.System;
        var (begin, times) = (clock.GetTimestamp(), new List<double>());
        while (times.Count < Fewest || clock.GetElapsedTime(begin).TotalSeconds < seconds)
        {
            cancellation.ThrowIfCancellationRequested();
            var start = clock.GetTimestamp();
            work();
            times.Add(clock.GetElapsedTime(start).TotalSeconds);
        }

        times.Sort();
        return times[times.Count / 2];
    }
}
