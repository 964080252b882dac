namespace Brownian.Networks.Blocks;

/// <summary>A layer that can draw its own initial weights.</summary>
internal interface IInitialized
{
    /// <summary>Draws the parameters anew.</summary>
    void Initialize(RandomStream noise);
}
