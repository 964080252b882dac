namespace Brownian.Samplers;

/// <summary>The variance of an ancestral step.</summary>
public enum ReverseVariance
{
    /// <summary>β̃, right if the data were one point; DDPM's choice on faces, diffusers' "fixed_small" and "fixed_small_log".</summary>
    Smallest,

    /// <summary>β, right if the data were N(0, I); DDPM's choice on CIFAR-10, diffusers' "fixed_large".</summary>
    Largest,

    /// <summary>Between the two, where the network says (Nichol and Dhariwal 2021, eq. 15); diffusers' "learned_range".</summary>
    Learned,

    /// <summary>The second half of the network's channels is the variance itself; diffusers' "learned".</summary>
    Predicted,

    /// <summary>The second half of the network's channels is the logarithm of the variance (improved-diffusion's "learned").</summary>
    PredictedLog,
}
