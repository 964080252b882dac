namespace Brownian.Cli.Doctor;

/// <summary>One line of the doctor's report.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Verdict">Whether it will do.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Advice">What to do about it, when there is something to do.</param>
internal sealed record Finding(string Name, Verdict Verdict, string Detail, string? Advice = null)
{
    /// <summary>Runs a check; one that throws is itself a finding.</summary>
    public static Finding From(Func<Finding> check)
    {
        try
        {
            return check();
        }
        catch (Exception e)
        {
            return new(check.Method.Name.ToLowerInvariant(), Verdict.Fail, FailureText.Of(e));
        }
    }
}
