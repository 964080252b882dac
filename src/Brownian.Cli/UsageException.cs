namespace Brownian.Cli;

/// <summary>What was asked for cannot be done as it was written: exit code 2, no trace.</summary>
internal sealed class UsageException : Exception
{
    public UsageException(string message)
        : base(message)
    {
    }

    public UsageException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Turns a refused argument (a name that no catalog knows, a file that is not there) into a usage error.</summary>
    public static T When<T>(Func<T> lookUp)
    {
        try
        {
            return lookUp();
        }
        catch (Exception e) when (e is ArgumentException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException(FailureText.Of(e), e);
        }
    }
}
