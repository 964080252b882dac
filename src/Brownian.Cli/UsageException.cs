using Brownian.Checkpoints;

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

    /// <summary>A file that an option names.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static string Existing(string option, string path) => File.Exists(path) ? path : throw new UsageException($"{option}: there is no file {path}.");

    /// <summary>Turns a refused argument (a name that no catalog knows, a file that is not there, a folder that is taken) into a usage error.</summary>
    public static T When<T>(Func<T> lookUp)
    {
        try
        {
            return lookUp();
        }
        catch (Exception e) when (e is ArgumentException or FileNotFoundException or DirectoryNotFoundException or RunExistsException)
        {
            throw new UsageException(FailureText.Of(e), e);
        }
    }
}
