namespace Brownian.Data.Download;

/// <summary>A data set could not be downloaded; the message says how to use local copies instead.</summary>
public sealed class DownloadException : IOException
{
    /// <summary>With what happened, and what to do.</summary>
    public DownloadException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
