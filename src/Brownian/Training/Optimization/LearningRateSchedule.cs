namespace Brownian.Training;

/// <summary>What the learning rate does after its warm-up.</summary>
public enum LearningRateSchedule
{
    /// <summary>Stays at the peak.</summary>
    Constant,

    /// <summary>Falls along half a cosine until the budget (minutes, steps or images) is used up (Loshchilov and Hutter 2017, eq. 5).</summary>
    Cosine,
}
