namespace Brownian.Verification;

/// <summary>The outcome of one golden case.</summary>
/// <param name="Name">The case's name.</param>
/// <param name="Kind">What was compared, such as "UNet2DModel" or "DDIMScheduler loop".</param>
/// <param name="MaxAbsolute">The largest |ours − reference| of the numbers that decide.</param>
/// <param name="MaxRelative">That number over the largest |reference| of the same tensor.</param>
/// <param name="Tolerance">What <paramref name="MaxAbsolute"/> may be.</param>
/// <param name="Outcome">The verdict.</param>
/// <param name="Detail">What was compared, or what went wrong. One line.</param>
public sealed record CaseResult(
    string Name, string Kind, double MaxAbsolute, double MaxRelative, double Tolerance, CaseOutcome Outcome, string Detail)
{
    /// <summary>A case of a kind that is not implemented.</summary>
    public static CaseResult Unsupported(string name, string kind, string detail) =>
        new(name, kind, double.NaN, double.NaN, double.NaN, CaseOutcome.Unsupported, detail);

    /// <summary>A case that could not be run at all.</summary>
    public static CaseResult Failed(string name, string kind, string detail) =>
        new(name, kind, double.NaN, double.NaN, double.NaN, CaseOutcome.Fail, detail);
}
