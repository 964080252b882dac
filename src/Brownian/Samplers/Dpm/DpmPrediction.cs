namespace Brownian.Samplers;

/// <summary>The part of the belief that an exponential integrator integrates.</summary>
public enum DpmPrediction
{
    /// <summary>x0, which stays bounded and works with guidance ("++", "data_prediction", "predict_x0").</summary>
    Data,

    /// <summary>ε.</summary>
    Noise,
}
