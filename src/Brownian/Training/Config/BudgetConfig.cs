namespace Brownian.Training;

/// <summary>How long to train. The first limit that is reached ends the run; with none, it ends when it is cancelled.</summary>
public sealed record BudgetConfig
{
    /// <summary>Wall-clock minutes, time before a resume included.</summary>
    public double? Minutes { get; init; }

    /// <summary>Optimizer steps.</summary>
    public long? Steps { get; init; }

    /// <summary>Images, repetitions counted.</summary>
    public long? Images { get; init; }

    /// <summary>Whether there is no limit.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsOpen => Minutes is null && Steps is null && Images is null;

    /// <summary>The fraction of the budget that is used, ≥ 0; 1 or more when it is used up, 0 without a limit.</summary>
    public double Progress(long steps, long images, double seconds) => Math.Max(
        Math.Max(Fraction(seconds, Minutes * 60), Fraction(steps, Steps)), Fraction(images, Images));

    internal void Validate()
    {
        Range.Positive(Minutes ?? 1, "budget.minutes");
        Range.AtLeastOne(Steps ?? 1, "budget.steps");
        Range.AtLeastOne(Images ?? 1, "budget.images");
    }

    private static double Fraction(double used, double? limit) => limit is { } all ? used / all : 0;
}
