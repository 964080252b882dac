namespace Brownian.Verification;

/// <summary>What became of a golden case.</summary>
public enum CaseOutcome
{
    /// <summary>Every number agrees within its tolerance.</summary>
    Pass,

    /// <summary>A number differs, or the case could not be run.</summary>
    Fail,

    /// <summary>The case is of a kind that is not implemented.</summary>
    Unsupported,
}
