using System.Reflection;
using System.Text.RegularExpressions;

namespace Brownian.Cli;

/// <summary>One clear message for every exception.</summary>
internal static partial class FailureText
{
    /// <summary>The message of the exception that says most, without .NET's decorations.</summary>
    public static string Of(Exception exception)
    {
        var cause = Unwrap(exception);
        return cause switch
        {
            ArgumentException => ParameterSuffix().Replace(cause.Message, ""),
            UnauthorizedAccessException => $"{cause.Message} Choose a place where you may write, or change its permissions.",
            IOException io when IsFull(io) =>
                $"The disk is full: {io.Message} Free some space and go on with --resume; what was saved before is whole.",
            OutOfMemoryException => "Out of memory. Use a smaller batch (--set batch_size=…), or a smaller model.",
            System.Runtime.InteropServices.ExternalException or NullReferenceException or IndexOutOfRangeException or KeyNotFoundException =>
                $"{cause.Message.TrimEnd('.')} ({cause.GetType().Name}). This is a defect: please report it, with the trace that BROWNIAN_TRACE=1 prints.",
            _ => cause.Message,
        };
    }

    /// <summary>Looks through the wrappers that reflection, tasks and type initializers put around a cause.</summary>
    public static Exception Unwrap(Exception exception)
    {
        while (exception is TypeInitializationException or TargetInvocationException or AggregateException && exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception;
    }

    // ENOSPC and EDQUOT on Unix; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.
    private static bool IsFull(IOException e) => (e.HResult & 0xffff) is 28 or 122 or 112 or 39;

    [GeneratedRegex(@" \(Parameter '[^']*'\)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ParameterSuffix();
}
