namespace Brownian.Runtime;

/// <summary>How TorchSharp's native library came into the process.</summary>
public enum TorchLoadMode
{
    /// <summary>Not loaded yet.</summary>
    None,

    /// <summary>As shipped, by the system's loader.</summary>
    AsShipped,

    /// <summary>A copy in memory whose libstdc++ version requirements are relaxed.</summary>
    RelaxedInMemory,

    /// <summary>A copy in the cache folder whose libstdc++ version requirements are relaxed.</summary>
    RelaxedFile,
}
