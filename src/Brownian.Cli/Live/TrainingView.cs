using Brownian.Cli.Terminals;

namespace Brownian.Cli.Live;

/// <summary>Chooses the view: a live one where somebody looks, plain lines in a log, nothing with --quiet.</summary>
internal static class TrainingView
{
    /// <summary>Runs <paramref name="work"/> with a view to report to.</summary>
    public static T During<T>(Terminal terminal, Func<ITrainingView, T> work)
    {
        if (terminal.Quiet)
        {
            return work(new SilentTrainingView());
        }

        return terminal.ErrorIsTerminal ? LiveTrainingView.During(terminal, work) : work(new PlainTrainingView(terminal));
    }

    private sealed class SilentTrainingView : ITrainingView
    {
        public void Show(TrainingMoment moment)
        {
        }

        public void Show(Pixels picture, string caption)
        {
        }

        public void Note(string line)
        {
        }
    }
}
