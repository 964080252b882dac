namespace Brownian.Samplers;

/// <summary>How PNDM gets the slopes of the past that it needs for its first steps.</summary>
public enum PndmStart
{
    /// <summary>Three pseudo Runge–Kutta steps of four network calls each (PNDM, Liu et al. 2022, Algorithm 2).</summary>
    RungeKutta,

    /// <summary>One step of two calls, then rising orders (PLMS of latent diffusion; diffusers' skip_prk_steps).</summary>
    Heun,

    /// <summary>Rising orders, one call a step (iPNDM, Zhang and Chen 2023).</summary>
    None,
}
