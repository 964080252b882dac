using Brownian.Cli.Terminals;

namespace Brownian.Cli.Live;

/// <summary>A line every few seconds, for logs.</summary>
internal sealed class PlainTrainingView(Terminal terminal, TimeProvider? clock = null) : ITrainingView
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);
    private readonly TimeProvider clock = clock ?? TimeProvider.System;
    private readonly Pace pace = new();
    private long? last;
    private double loss;
    private int losses;

    public void Show(TrainingMoment moment)
    {
        pace.Add(moment.ImagesPerSecond);
        (loss, losses) = (loss + moment.Loss, losses + 1);
        if (last is { } at && clock.GetElapsedTime(at) < Between && moment.Progress < 1)
        {
            return;
        }

        last = clock.GetTimestamp();
        var left = moment.SecondsLeft is { } seconds ? $"  {moment.Progress:0%}, {Words.Duration(seconds)} left" : "";
        terminal.Say($"step {moment.Step}  loss {Words.Number(loss / losses)}  {pace.ImagesPerSecond:0} images/s  {Words.Duration(moment.Seconds)}{left}");
        (loss, losses) = (0, 0);
    }

    public void Show(Pixels picture, string caption) => terminal.Say(caption);

    public void Note(string line) => terminal.Say(line);
}
