using Brownian.Cli.Terminals;

namespace Brownian.Cli.Live;

/// <summary>Where a running training is watched.</summary>
internal interface ITrainingView
{
    /// <summary>After each step; draws only so often as a person can read.</summary>
    void Show(TrainingMoment moment);

    /// <summary>A picture with a line under it.</summary>
    void Show(Pixels picture, string caption);

    /// <summary>A line that stays.</summary>
    void Note(string line);
}
