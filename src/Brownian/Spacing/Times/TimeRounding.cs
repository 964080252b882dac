namespace Brownian.Spacing;

/// <summary>What is done to times between two steps of a discrete path.</summary>
public enum TimeRounding
{
    /// <summary>They stay.</summary>
    None,

    /// <summary>The nearest step, the even one in the middle.</summary>
    Nearest,

    /// <summary>The step below.</summary>
    Down,
}
