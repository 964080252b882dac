namespace Brownian.Verification;

/// <summary>A function of data and time that stands for a network.</summary>
internal enum SchedulerFunction
{
    /// <summary>x·t/(t + 1), of diffusers' own tests.</summary>
    Decay,

    /// <summary>0.5·sin(3x + t/200) + 0.1·x.</summary>
    Wave,

    /// <summary>The same, and tanh(x) as a learned variance.</summary>
    WaveWithVariance,
}
