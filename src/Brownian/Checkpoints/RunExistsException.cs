namespace Brownian.Checkpoints;

/// <summary>A run was to be started in a folder that holds one already.</summary>
public sealed class RunExistsException : IOException
{
    /// <summary>Names the folder and the two ways on.</summary>
    public RunExistsException(string path)
        : base($"{path} holds a run already. Go on with it (--resume), or choose another folder.")
    {
    }
}
