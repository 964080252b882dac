using Brownian.Cli.Live;
using Brownian.Cli.Terminals;

namespace Brownian.Cli.Tests;

public sealed class LiveTests
{
    [Fact]
    public void A_falling_line_goes_from_the_upper_left_to_the_lower_right()
    {
        var (lines, top, bottom) = BraillePlot.Draw([.. Enumerable.Range(0, 16).Select(i => 15.0 - i)], 8, 4);
        Assert.Equal((15.0, 0.0), (top, bottom));
        Assert.Equal(["⠑⢄⠀⠀⠀⠀⠀⠀", "⠀⠀⠑⢄⠀⠀⠀⠀", "⠀⠀⠀⠀⠑⢄⠀⠀", "⠀⠀⠀⠀⠀⠀⠑⢄"], lines);
    }

    [Fact]
    public void A_gap_stays_a_gap()
    {
        var (lines, _, _) = BraillePlot.Draw([1, 1, double.NaN, double.NaN, 1, 1], 3, 1);
        Assert.Equal('⠀', lines[0][1]);
        Assert.NotEqual('⠀', lines[0][0]);
    }

    [Theory]
    [InlineData(0.25, "0.25 s")]
    [InlineData(75, "75 s")]
    [InlineData(150, "2:30 min")]
    [InlineData(9000, "2:30 h")]
    public void Durations_read_naturally(double seconds, string words) => Assert.Equal(words, Words.Duration(seconds));

    [Fact]
    public void In_a_log_there_is_a_line_every_few_seconds_and_no_escape_sequence()
    {
        var error = new StringWriter();
        var terminal = new Terminal { Out = new StringWriter(), Error = error };
        var clock = new Clock();
        var view = new PlainTrainingView(terminal, clock);
        for (var i = 1; i <= 100; i++)
        {
            view.Show(new TrainingMoment(i, 0.5, 1e-4, 1, 64, i * 0.1, i / 1000.0, 90));
            clock.Now += TimeSpan.FromSeconds(0.1);
        }

        var lines = error.ToString().TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Equal("step 51  loss 0.5000  64 images/s  5 s  5%, 1:30 min left", lines[1].TrimEnd());
        Assert.DoesNotContain('\e', error.ToString());
    }

    [Fact]
    public void In_a_terminal_pictures_scroll_by_above_the_panel()
    {
        var error = new StringWriter();
        var terminal = new Terminal
        {
            Out = new StringWriter(),
            Error = error,
            ErrorIsTerminal = true,
            Colour = true,
            Width = 80,
            Height = 30,
            Pictures = PictureProtocol.HalfBlocks,
        };
        var result = TrainingView.During(terminal, view =>
        {
            view.Show(new TrainingMoment(1, 0.5, 1e-4, 1, 64, 0.1, 0.001, 90));
            view.Show(new Pixels(4, 4, new byte[48]), "samples after step 1");
            view.Show(new TrainingMoment(2, 0.25, 1e-4, 1, 64, 0.2, 1, 0));
            return 42;
        });

        Assert.Equal(42, result);
        var text = error.ToString();
        Assert.Contains("samples after step 1", text);
        Assert.Contains("▀▀▀▀", text);
        Assert.Contains("step 2", text);
        Assert.Contains("100%", text);
    }

    [Fact]
    public void Quiet_says_nothing()
    {
        var error = new StringWriter();
        var terminal = new Terminal { Out = new StringWriter(), Error = error, ErrorIsTerminal = true, Quiet = true };
        TrainingView.During(terminal, view =>
        {
            view.Show(new TrainingMoment(1, 0.5, 1e-4, 1, 64, 0.1, 0.001, 90));
            view.Note("note");
            return 0;
        });
        Assert.Empty(error.ToString());
    }

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromHours(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
