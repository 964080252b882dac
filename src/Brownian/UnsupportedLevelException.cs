namespace Brownian;

/// <summary>A noise level was asked for that the path or the model does not have. The message names the range there is.</summary>
public sealed class UnsupportedLevelException : ArgumentException
{
    /// <inheritdoc cref="UnsupportedLevelException"/>
    public UnsupportedLevelException()
        : this("the noise level is outside the path's range")
    {
    }

    /// <inheritdoc cref="UnsupportedLevelException"/>
    public UnsupportedLevelException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="UnsupportedLevelException"/>
    public UnsupportedLevelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
