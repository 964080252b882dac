namespace Brownian.Verification;

/// <summary>What a loop of diffusers shows the network.</summary>
internal enum SchedulerInput
{
    /// <summary>The scaled data, as it should be.</summary>
    Scaled,

    /// <summary>The data, not scaled.</summary>
    Raw,

    /// <summary>The scaled data, which then also are the data that the step goes from.</summary>
    Overwrites,
}
