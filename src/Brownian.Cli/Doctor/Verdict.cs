namespace Brownian.Cli.Doctor;

internal enum Verdict
{
    Ok,
    Warn,
    Fail,
}
