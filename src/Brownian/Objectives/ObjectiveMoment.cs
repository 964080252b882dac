namespace Brownian.Objectives;

/// <summary>Where training stands, for objectives that change with it.</summary>
/// <param name="Steps">Updates of the weights made so far.</param>
/// <param name="Progress">The fraction of the budget that is used, in [0, 1]; 0 without a budget.</param>
public readonly record struct ObjectiveMoment(long Steps, double Progress);
