namespace Brownian.Samplers;

/// <summary>UniPC's function B(h), which any O(h) may be. It changes second-order steps only: others solve for it.</summary>
public enum UniPcScale
{
    /// <summary>h: the paper's choice for few steps without guidance; diffusers' "bh1".</summary>
    H,

    /// <summary>e^h − 1, better with guidance; diffusers' "bh2".</summary>
    ExpH,
}
