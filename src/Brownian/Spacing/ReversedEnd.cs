namespace Brownian.Spacing;

/// <summary>Where a reversed spacing begins and ends.</summary>
public enum ReversedEnd
{
    /// <summary>From the end of the spacing to its start: all its levels backwards.</summary>
    Start,

    /// <summary>From its cleanest level, and to the path's noisiest, which takes the place of the noisiest of one level more.</summary>
    Noisiest,

    /// <summary>From its cleanest level to its noisiest, with a step of length 0 last: diffusers does so for spacings in σ.</summary>
    Repeated,
}
