namespace Brownian.Ode;

/// <summary>What an ODE solver on a path counts as time. The flow is the same; the lengths of steps, and what is hard about it, are not.</summary>
public enum FlowClock
{
    /// <summary>
    /// τ = σ/(α + σ), from 0 at clean data to 1 at pure noise, with the state x/(α + σ): the slope is ε̂ − x̂0 on every path, also on a
    /// discrete one, and finite at both ends.
    /// </summary>
    NoiseFraction,

    /// <summary>The path's own time, with the state x, as score SDE integrates; for continuous paths.</summary>
    PathTime,
}
