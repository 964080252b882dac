using Brownian.Cli.Terminals;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Brownian.Cli.Live;

/// <summary>A panel that is redrawn in place: progress, numbers, the loss curve; pictures scroll by above it.</summary>
internal sealed class LiveTrainingView : ITrainingView
{
    private const int PlotRows = 7;
    private const int PictureRows = 22;
    private const int Widest = 100;

    // Of the loss that is shown, in one step: a batch's own loss mostly says which levels were drawn.
    private const double Memory = 0.95;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(0.25);

    private readonly Terminal terminal;
    private readonly IAnsiConsole screen;
    private readonly LiveDisplayContext live;
    private readonly Pace pace = new();
    private readonly List<double> losses = [];
    private double smooth;
    private long? drawn;

    private LiveTrainingView(Terminal terminal, IAnsiConsole console, LiveDisplayContext live) =>
        (this.terminal, screen, this.live) = (terminal, console, live);

    /// <summary>Runs <paramref name="work"/> under the panel, which stays as it was at the end.</summary>
    public static T During<T>(Terminal terminal, Func<ITrainingView, T> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(terminal.Error),
            Ansi = AnsiSupport.Yes,
            ColorSystem = terminal.Colour ? ColorSystemSupport.TrueColor : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
        });
        console.Profile.Width = terminal.Width;
        console.Profile.Height = terminal.Height;
        return console.Live(new Text("starting …")).AutoClear(false).Start(live => work(new LiveTrainingView(terminal, console, live)));
    }

    public void Show(TrainingMoment moment)
    {
        pace.Add(moment.ImagesPerSecond);
        smooth = losses.Count == 0 ? moment.Loss : (Memory * smooth) + ((1 - Memory) * moment.Loss);
        losses.Add(smooth);
        var clock = TimeProvider.System;
        if (drawn is { } at && clock.GetElapsedTime(at) < Between && moment.Progress < 1)
        {
            return;
        }

        drawn = clock.GetTimestamp();
        live.UpdateTarget(Panel(moment));
    }

    public void Show(Pixels picture, string caption)
    {
        // The panel has to fit under the picture.
        var rows = Math.Max(4, Math.Min(PictureRows, terminal.Height - PlotRows - 8));
        var text = PictureWriter.Write(picture, terminal.Pictures, Math.Min(Widest, terminal.Width - 2), rows);
        Above(text + caption);
    }

    public void Note(string line) => Above(line);

    // What is written during a live display goes above it, but over what the display left there: erase to the end of the screen first.
    private void Above(string text) => screen.Write(new ControlCode($"\e[J{text}\n"));

    private Rows Panel(TrainingMoment moment)
    {
        var width = Math.Min(Widest, terminal.Width - 2);
        var left = moment.SecondsLeft is { } seconds ? $"   {Words.Duration(seconds)} left" : "";
        return new(
            Bar(moment, width),
            new Markup($"[bold]step {moment.Step}[/]   {Words.Duration(moment.Seconds)}{left}   [bold]{pace.ImagesPerSecond:0}[/] images/s"),
            new Markup($"[grey]loss[/] [bold]{Words.Number(smooth)}[/]   [grey]learning rate[/] {Words.Number(moment.LearningRate)}   [grey]gradient[/] {Words.Number(moment.GradientNorm)}"),
            Curve(width));
    }

    private static Markup Bar(TrainingMoment moment, int width)
    {
        if (moment.SecondsLeft is null)
        {
            return new("[grey]no limit; Ctrl-C saves and stops[/]");
        }

        var full = (int)Math.Round(Math.Clamp(moment.Progress, 0, 1) * (width - 6));
        return new($"[teal]{new string('━', full)}[/][grey]{new string('─', width - 6 - full)}[/] {moment.Progress,4:0%}");
    }

    private Text Curve(int width)
    {
        const int Label = 9;

        // The first steps are so high that nothing else could be seen beside them.
        var shown = losses.Count > 100 ? losses.GetRange(losses.Count / 20, losses.Count - (losses.Count / 20)) : losses;
        var (lines, top, bottom) = BraillePlot.Draw(shown, Math.Max(10, width - Label), PlotRows);
        var labelled = lines.Select((line, i) =>
            (i == 0 ? Words.Number(top) : i == lines.Length - 1 ? Words.Number(bottom) : "").PadLeft(Label - 1) + " " + line);
        return new(string.Join('\n', labelled), new Style(Color.Teal));
    }
}
